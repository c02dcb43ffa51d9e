/**
 * What one item of `map` or `group` may be, for a function that takes `A`: an array is its list of
 * arguments, anything else its one argument. A function that takes none is run for any item.
 *
 * Signatures that take items spell it out, so that the compiler's errors do.
 *
 * @example
 * ```ts
 * import { AsyncQueue, type MapItem } from "@trilane/trilane";
 *
 * const add = (a: number, b = 1) => a + b;
 * const items: MapItem<Parameters<typeof add>>[] = [[1, 2], 5];
 * await using queue = new AsyncQueue();
 * console.log(await queue.group(add, items).values()); // [ 3, 6 ]
 * ```
 */
export type MapItem<A extends readonly unknown[]> = Readonly<A> | LoneArgument<A>;

/**
 * What one item may be that is the one argument of a function that takes `A`.
 *
 * @example
 * ```ts
 * import { AsyncQueue, type LoneArgument } from "@trilane/trilane";
 *
 * const paths: LoneArgument<[path: string]>[] = ["a.txt", "b.txt"];
 * await using queue = new AsyncQueue();
 * console.log(await queue.group((path: string) => path.length, paths).values()); // [ 5, 5 ]
 * ```
 */
export type LoneArgument<A extends readonly unknown[]> = A extends readonly [] ? unknown
  : readonly [A[0]] extends Readonly<A> ? LoneItem<A[0]>
  : never;

/**
 * What one item may be that is the one argument itself: all that `P` is but arrays.
 *
 * @example
 * ```ts
 * import type { LoneItem } from "@trilane/trilane";
 *
 * type Item = LoneItem<string | number[]>; // string: an array would be a list of arguments
 * const item: Item = "a.txt";
 * console.log(item); // a.txt
 * ```
 */
export type LoneItem<P> = Exclude<P, readonly unknown[]>;

/**
 * The arguments that an item stands for.
 *
 * @example
 * ```ts
 * import type { ItemArguments } from "@trilane/trilane";
 *
 * const pair: ItemArguments<[string, number]> = ["a", 1]; // an array is the list
 * const one: ItemArguments<string> = ["a"]; // anything else is the one argument
 * console.log(pair.length, one.length); // 2 1
 * ```
 */
export type ItemArguments<I> = I extends readonly unknown[] ? I : [I];

/**
 * Any iterable of items. Arrays are named too, so that the compiler can point at the wrong item of one.
 *
 * @example
 * ```ts
 * import { AsyncQueue, type Items } from "@trilane/trilane";
 *
 * await using queue = new AsyncQueue();
 * const lengths = (words: Items<string>) => queue.group((word: string) => word.length, words).values();
 * console.log(await lengths(new Set(["to", "be", "to"]))); // [ 2, 2 ]
 * ```
 */
export type Items<I> = readonly I[] | Iterable<I>;

/**
 * The options of a task, where its function needs none of the arguments `A`.
 *
 * @example
 * ```ts
 * import type { OptionsIfNone, TaskOptions } from "@trilane/trilane";
 *
 * const fine: OptionsIfNone<[], TaskOptions> = { retries: 2 }; // of a function without arguments
 * type Refused = OptionsIfNone<[path: string], TaskOptions>; // never: its arguments come first
 * console.log(fine);
 * ```
 */
export type OptionsIfNone<A extends readonly unknown[], O> = [] extends A ? O | undefined : never;
