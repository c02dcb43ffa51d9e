/**
 * The tests of a page, which registers them when it loads a file.
 *
 * @module
 */

/** A test. */
export interface Registered {
  readonly name: string;
  readonly fn: () => void | Promise<void>;
  /** How long it may take, in milliseconds. */
  readonly timeout: number;
  readonly ignore: boolean;
}

/** All of them, in order. */
export const registered: Registered[] = [];
