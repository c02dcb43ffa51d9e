/**
 * What one item of `map` or `group` may be, for a function that takes `A`: an array is its list of
 * arguments, anything else its one argument. A function that takes none is run for any item.
 *
 * Signatures that take items spell it out, so that the compiler's errors do.
 */
export type MapItem<A extends readonly unknown[]> = Readonly<A> | LoneArgument<A>;

/** What one item may be that is the one argument of a function that takes `A`. */
export type LoneArgument<A extends readonly unknown[]> = A extends readonly [] ? unknown
  : readonly [A[0]] extends Readonly<A> ? LoneItem<A[0]>
  : never;

/** What one item may be that is the one argument itself: all that `P` is but arrays. */
export type LoneItem<P> = Exclude<P, readonly unknown[]>;

/** The arguments that an item stands for. */
export type ItemArguments<I> = I extends readonly unknown[] ? I : [I];

/** Any iterable of items. Arrays are named too, so that the compiler can point at the wrong item of one. */
export type Items<I> = readonly I[] | Iterable<I>;

/** The options of a task, where its function needs none of the arguments `A`. */
export type OptionsIfNone<A extends readonly unknown[], O> = [] extends A ? O | undefined : never;
