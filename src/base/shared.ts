/**
 * State that all copies of this library in one thread have in common: a program may load several (its own and
 * one that a package of its brings along), and a task defined through one has to be found by another.
 *
 * @param name What the state is called; part of the protocol between versions.
 * @param create Makes it when this is the first copy to ask.
 * @returns The state.
 */
export function shared<T>(name: string, create: () => T): T {
  const key = Symbol.for(`trilane.${name}`);
  const holder = globalThis as unknown as Record<symbol, T | undefined>;
  return holder[key] ??= create();
}
