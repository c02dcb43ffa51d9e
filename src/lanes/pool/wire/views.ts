/**
 * Whether a view shows less than its buffer, all of which structured clone would send: of a Node `Buffer` that is a pool.
 *
 * @param view The view.
 * @param kept Buffers that are transferred as they are.
 */
export function isPartial(view: ArrayBufferView, kept: readonly unknown[]): boolean {
  return view.byteLength < view.buffer.byteLength && view.buffer instanceof ArrayBuffer &&
    !kept.includes(view.buffer);
}

/** A view of the same class and content on a buffer of its own. */
export function ownBytes(view: ArrayBufferView): ArrayBufferView {
  const buffer = view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength);
  if (view instanceof DataView) return new DataView(buffer);
  // Structured clone knows the built-in classes alone: of a Node Buffer it makes a Uint8Array.
  const View = (globalThis as unknown as Record<string, ViewClass>)[classOf.call(view)!]!;
  return new View(buffer);
}

type ViewClass = new (buffer: ArrayBufferLike) => ArrayBufferView;

/** Tells the built-in class of a typed array, whatever its own class says. */
const classOf = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype),
  Symbol.toStringTag,
)!.get as (this: ArrayBufferView) => string | undefined;
