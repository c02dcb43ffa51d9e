/**
 * Changes messages as no sender of ours would.
 *
 * @module
 */
import type { Random } from "../random.ts";

/** How many objects of a message are looked at to find what to change. */
const MAX_PLACES = 200;

/** A value that a receiver may not expect; never source text that would do something. */
export function junk(random: Random): unknown {
  return random.pick<(() => unknown)[]>(
    () => undefined,
    () => null,
    () => random.pick(true, false),
    () => random.pick(-1, 0, 1, 2, 3, 4, 5, 7, 0.5, NaN, Infinity),
    () => random.pick(2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53, -(2 ** 31)),
    () => random.pick("", "x", "cause", "errors", "length", "trilane:value"),
    () => random.pick("__proto__", "constructor", "prototype", "then", "toJSON"),
    () => 10n,
    () => [],
    () => ({}),
    () => [[]],
    () => Object.assign([], { length: 100 }),
    () => ({ "trilane:value": random.between(-1, 5) }),
    () => ({
      "trilane:value": [{ "trilane:value": 1 }, [random.below(4), "Error", "n", "m", null]],
    }),
    () =>
      JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'),
    () => new Map<unknown, unknown>([[1, { "trilane:value": 1 }]]),
    () => new Set<unknown>([{ "trilane:value": 2 }, "x"]),
    () => new Date(NaN),
    () => new Uint8Array(3),
    () => new Error("junk"),
  )();
}

/** Changes one to four places of a message, in place. */
export function mutate(message: unknown, random: Random): unknown {
  let mutated = message;
  for (let i = random.between(1, 4); i > 0; i--) mutated = mutateOnce(mutated, random);
  return mutated;
}

function mutateOnce(message: unknown, random: Random): unknown {
  const places = placesOf(message);
  if (places.length === 0 || random.oneIn(50)) return junk(random);
  const place = places[random.below(places.length)]!;
  if (place instanceof Map) place.set(junk(random), junk(random));
  else if (place instanceof Set) place.add(junk(random));
  else mutateProperties(place as Record<string, unknown>, places, random);
  return message;
}

function mutateProperties(
  object: Record<string, unknown>,
  places: readonly object[],
  random: Random,
): void {
  const keys = Object.keys(object);
  const key = keys[random.below(keys.length)] ?? "0";
  // An own property, whatever it is called.
  const set = (key: string, value: unknown) =>
    Object.defineProperty(object, key, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  switch (random.weighted({ replace: 6, share: 1, remove: 1, add: 1, swap: 1, cut: 1 })) {
    case "replace":
      return void set(key, junk(random));
    case "share":
      return void set(key, places[random.below(places.length)]);
    case "remove":
      return void delete object[key];
    case "add":
      return void set(
        random.pick("trilane:value", "__proto__", "x", "errors", "cause"),
        junk(random),
      );
    case "swap": {
      const other = keys[random.below(keys.length)] ?? "0";
      const value = object[other];
      set(other, object[key]);
      return void set(key, value);
    }
    case "cut":
      if (Array.isArray(object)) object.length = random.below(object.length + 1);
  }
}

/** The objects of a message that something can be changed in. */
function placesOf(message: unknown): object[] {
  const places = new Set<object>();
  const waiting = [message];
  while (waiting.length > 0 && places.size < MAX_PLACES) {
    const value = waiting.pop();
    if (typeof value !== "object" || value === null || places.has(value)) continue;
    const prototype = Object.getPrototypeOf(value);
    if (value instanceof Map) waiting.push(...value.keys(), ...value.values());
    else if (value instanceof Set) waiting.push(...value);
    else if (Array.isArray(value) || prototype === Object.prototype) {
      waiting.push(...Object.values(value));
    } else continue;
    places.add(value);
  }
  return [...places];
}

/** Changes, cuts or lengthens bytes. */
export function mutateBytes(bytes: Uint8Array, random: Random): Uint8Array {
  let mutated = bytes.slice();
  for (let i = random.between(1, 4); i > 0; i--) {
    switch (random.weighted({ byte: 6, bit: 3, cut: 1, grow: 1 })) {
      case "byte":
        mutated[random.below(mutated.length)] = random.below(256);
        break;
      case "bit":
        mutated[random.below(mutated.length)]! ^= 1 << random.below(8);
        break;
      case "cut":
        mutated = mutated.slice(0, random.below(mutated.length + 1));
        break;
      case "grow": {
        const grown = new Uint8Array(mutated.length + random.between(1, 9));
        grown.set(mutated, random.below(grown.length - mutated.length + 1));
        mutated = grown;
      }
    }
  }
  return mutated;
}
