import { show } from "../../../base/errors.ts";
import type { EncodedThrown } from "./error_codec.ts";
import { ERROR_NODE, isStandIn, PROPERTIES, STAND_IN, type Table } from "./packed.ts";

/** Texts keep this length while there are other things to leave out. */
const MIN_TEXT_CHARACTERS = 50;

/**
 * Makes ever shorter forms of what was thrown, for a channel that has no room for it. First long texts are cut and fields left out
 * that can't go, then all fields but short ones, then all fields and more and more of the inner errors.
 *
 * @param encoded What `encodeThrown` made.
 * @param room For how many characters there is room.
 * @param canSend Whether a property of an error can be sent.
 */
export function* shorterForms(
  encoded: EncodedThrown,
  room: number,
  canSend: (value: unknown) => boolean,
): Iterable<EncodedThrown> {
  const table = isStandIn(encoded.value) ? encoded.value[STAND_IN] as Table : [];
  const [root, ...nodes] = table;
  if (!isStandIn(root) || !isError(nodes[root[STAND_IN] as number - 1])) {
    return yield { value: `[${show(encoded.value)}, too large to be sent]` };
  }
  const form = (text: number, count: number, keeps: (value: unknown) => boolean) => {
    const kept = nodes.slice(0, count).map((node) =>
      isError(node) ? shortened(node, text, keeps) : node
    );
    return { value: { [STAND_IN]: [root, ...kept] } };
  };
  const text = Math.max(MIN_TEXT_CHARACTERS, Math.floor(room / 8));
  yield form(text, nodes.length, canSend);
  const isShort = (count: number) => (value: unknown): boolean =>
    isStandIn(value)
      ? (value[STAND_IN] as number) <= count && isError(nodes[value[STAND_IN] as number - 1])
      : typeof value === "string"
      ? value.length <= MIN_TEXT_CHARACTERS
      : typeof value !== "object" || value === null;
  for (let count = nodes.length; count > 0; count >>= 1) {
    yield form(Math.max(MIN_TEXT_CHARACTERS, Math.floor(text / count)), count, isShort(count));
  }
  yield form(MIN_TEXT_CHARACTERS / 2, 1, () => false);
}

function isError(node: unknown): node is unknown[] {
  return Array.isArray(node) && node[0] === ERROR_NODE;
}

/** An error with its texts cut, and of its properties only those that are kept. */
function shortened(
  node: readonly unknown[],
  length: number,
  keeps: (value: unknown) => boolean,
): unknown[] {
  const [kind, base, name, message, stack] = node as [
    number,
    string,
    string,
    string,
    string | null,
  ];
  const text = cut(message, length);
  const short: unknown[] = [
    kind,
    base,
    cut(name, length),
    text,
    stack && cut(stack.replace(message, () => text), 2 * length),
  ];
  for (let i = PROPERTIES; i < node.length; i += 2) {
    const [key, value] = [node[i] as string, node[i + 1]];
    if (key.length > length) continue;
    if (keeps(value)) short.push(key, value);
    else if (key === "errors" && Array.isArray(value)) short.push(key, value.filter(keeps));
  }
  return short;
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length)}… (${text.length} characters)`;
}
