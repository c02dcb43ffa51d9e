/**
 * What one item of `map` or `group` may be, for a function that takes `A`: an array is its list of
 * arguments, anything else its one argument.
 */
export type MapItem<A extends readonly unknown[]> =
  | Readonly<A>
  | (A extends readonly [] ? never : readonly [A[0]] extends Readonly<A> ? LoneItem<A[0]> : never);

/** What one item may be that is the one argument itself: all that `P` is but arrays. */
export type LoneItem<P> = Exclude<P, readonly unknown[]>;

/** Any iterable of items. Arrays are named too, so that the compiler can point at the wrong item of one. */
export type Items<I> = readonly I[] | Iterable<I>;
