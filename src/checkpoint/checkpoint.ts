import { checkOptions, checks, type OptionChecks } from "../base/checks.ts";
import { isInstance, QueueStateError, reasonOf, show, TrilaneError } from "../base/errors.ts";
import { runtime } from "../runtime/here.ts";
import type { SqlValue } from "../runtime/sqlite.ts";
import type { RecordedValue, Recorder, Success } from "../task/recorder.ts";
import type { Cells, Encoded } from "./batch.ts";
import { decodeValue, encodeValue } from "./encoding.ts";
import { openCheckpoint } from "./file.ts";
import { Store } from "./store.ts";

/**
 * What a {@linkcode Checkpoint} keeps of each success.
 *
 * @example
 * ```ts
 * import { Checkpoint, type CheckpointOptions } from "@trilane/trilane/checkpoint";
 *
 * const dates: CheckpointOptions = {
 *   encode: (value) => (value as Date).toISOString(),
 *   decode: (encoded) => new Date(encoded as string),
 * };
 * using checkpoint = new Checkpoint(":memory:", dates);
 * checkpoint.record("visit", "ada", new Date(0));
 * console.log(checkpoint.lookup("visit", "ada")?.value instanceof Date); // true
 * ```
 */
export interface CheckpointOptions {
  /**
   * Whether values are stored. Without them an input is only known to have succeeded, and its value is
   * `undefined` when it is not run again: for tasks that are run for what they do. Default `true`.
   */
  readonly storeValues?: boolean;
  /**
   * Turns a value into text or bytes. A value that it throws for is not recorded. Default: JSON, if that gives exactly
   * the same value back, otherwise the bytes of the runtime's structured clone, if they do. Such bytes can't be
   * read by another runtime: what Deno has stored so is run again by Bun.
   *
   * @param value What the task returned.
   * @returns Its text (well-formed and without NUL characters) or bytes.
   */
  encode?(value: unknown): string | Uint8Array;
  /**
   * Turns text or bytes back into a value. An input for which it throws is run again. Default: reads what
   * the default of `encode` has written.
   *
   * @param encoded What `encode` returned.
   * @returns The value.
   */
  decode?(encoded: string | Uint8Array): unknown;
}

const CHECKPOINT_OPTION_CHECKS: OptionChecks = {
  storeValues: checks.boolean,
  encode: checks.function,
  decode: checks.function,
};

/**
 * Remembers in an SQLite file which inputs have succeeded, and with which values, so that a batch that was
 * stopped goes on where it was: give it to `map`, `group`, `stream` or a one-shot helper as the option
 * `checkpoint`. `ResumeOptions` says what is recorded when.
 *
 * * It is no queue: it knows nothing of functions, or of what has not succeeded. Change the `namespace`, or
 *   `clear()` it, when the function changes.
 * * What is recorded outlives the program, however that ends (also by `SIGKILL`). A power failure may take the last
 *   records with it, never the file.
 * * Any number of queues, threads and programs on one machine may use one file at a time, each with a
 *   `Checkpoint` of its own; queues of one thread may share one. The file has two others beside it (`-wal`,
 *   `-shm`) while it is in use, and after a program was killed.
 * * Only the program itself opens the file, not the workers of a queue. On Deno it takes permission to read
 *   and to write the file's folder.
 *
 * @example
 * ```ts
 * import { AsyncQueue } from "@trilane/trilane";
 * import { Checkpoint } from "@trilane/trilane/checkpoint";
 *
 * using checkpoint = new Checkpoint(":memory:"); // a path, such as "run.sqlite", outlives the program
 * const double = (n: number) => n * 2;
 *
 * await using queue = new AsyncQueue();
 * queue.map(double, [1, 2], { checkpoint });
 * await queue.run();
 *
 * const handles = queue.map(double, [1, 2, 3], { checkpoint });
 * console.log(handles.map((handle) => handle.status)); // [ "succeeded", "succeeded", "pending" ]
 * await queue.run();
 * console.log(handles.map((handle) => handle.attempts)); // [ 0, 0, 1 ]
 * ```
 */
export class Checkpoint implements Recorder, Disposable {
  readonly #path: string;
  readonly #storeValues: boolean;
  readonly #encode: (value: unknown) => string | Uint8Array | null;
  readonly #decode: (encoded: string | Uint8Array) => unknown;
  readonly #store: Store;
  /** The namespaces of which a value could not be stored or read: one report for each is enough. */
  readonly #reported = new Set<string>();
  #closed = false;

  /**
   * Opens a checkpoint, made anew if there is none. A file that is something else is left as it is.
   *
   * @param path The file, or `":memory:"` for one that lasts as long as the object.
   * @param options What it keeps.
   * @throws {TrilaneError} When the file can't be opened, read or written, is damaged, or is no checkpoint; the
   * error's `cause` says more.
   * @throws {TypeError} When the path is no text, or an option is unknown or of the wrong type.
   */
  constructor(path: string, options: CheckpointOptions = {}) {
    if (typeof path !== "string" || path === "") {
      throw new TypeError(`The path of a checkpoint must be a file's: got ${show(path)}`);
    }
    checkOptions("checkpoint", options, CHECKPOINT_OPTION_CHECKS);
    this.#path = path;
    this.#storeValues = options.storeValues ?? true;
    this.#encode = options.encode?.bind(options) ?? encodeValue;
    this.#decode = options.decode?.bind(options) ?? decodeValue;
    this.#store = new Store(openCheckpoint(path));
  }

  /**
   * Whether a success is recorded, even if its value can't be decoded.
   *
   * @param namespace What kind of work it is of.
   * @param key Which input it is of. Where no `key` function is used, that is the input as canonical JSON: `"1"`
   * for the number 1.
   * @returns Whether it is.
   * @throws {QueueStateError} When the checkpoint has been closed.
   * @throws {TrilaneError} When the file can't be read or written; the error's `cause` says more.
   * @throws {TypeError} When the namespace or the key is no well-formed text.
   */
  has(namespace: string, key: string): boolean {
    return this.#find(namespace, key) !== undefined;
  }

  /**
   * Looks a success up.
   *
   * @param namespace What kind of work it is of.
   * @param key Which input it is of.
   * @returns The recorded value, in an object; `undefined` if no success is recorded, or if its value can't be
   * decoded, which is reported once for each namespace.
   * @throws {QueueStateError} When the checkpoint has been closed.
   * @throws {TrilaneError} When the file can't be read or written; the error's `cause` says more.
   * @throws {TypeError} When the namespace or the key is no well-formed text.
   *
   * @example
   * ```ts
   * import { Checkpoint } from "@trilane/trilane/checkpoint";
   *
   * using checkpoint = new Checkpoint(":memory:");
   * checkpoint.record("resize", '"a.png"', { width: 80 });
   * console.log(JSON.stringify(checkpoint.lookup("resize", '"a.png"'))); // {"value":{"width":80}}
   * console.log(checkpoint.lookup("resize", '"b.png"')); // undefined
   * ```
   */
  lookup(namespace: string, key: string): RecordedValue | undefined {
    return this.#decoded(namespace, key, this.#find(namespace, key));
  }

  /**
   * Looks several successes of one time up, which takes less than one by one.
   *
   * @param namespace What kind of work they are of.
   * @param keys Which inputs they are of.
   * @returns For each key what `lookup` returns.
   * @throws As `lookup` does.
   */
  lookupAll(namespace: string, keys: readonly string[]): (RecordedValue | undefined)[] {
    this.#assertOpen("look up in");
    for (const key of keys) assertText(namespace, key);
    const found = this.#use("look up in", () => this.#store.findAll(namespace, keys));
    return keys.map((key, n) => this.#decoded(namespace, key, found[n]));
  }

  /**
   * Records one success, in place of an earlier one of the same namespace and key.
   *
   * @param namespace What kind of work it is of.
   * @param key Which input it is of.
   * @param value Its value.
   * @returns Whether it is recorded now: `false` if the value can't be encoded, which is reported once for each
   * namespace.
   * @throws {QueueStateError} When the checkpoint has been closed.
   * @throws {TypeError} When the namespace or the key is no well-formed text.
   */
  record(namespace: string, key: string, value?: unknown): boolean {
    return this.recordAll([{ namespace, key, value }]) === 1;
  }

  /**
   * Records several successes in one transaction: all whose values can be encoded or, when it throws, none. What
   * can't be encoded is reported once for each namespace.
   *
   * @param successes The successes. A later one replaces an earlier one of the same namespace and key.
   * @returns How many are recorded now.
   * @throws As `record` does.
   */
  recordAll(successes: readonly Success[]): number {
    this.#assertOpen("record in");
    const rows: Cells[] = [];
    for (const { namespace, key, value } of successes) {
      assertText(namespace, key);
      try {
        rows.push([namespace, key, this.#encoded(value)]);
      } catch (error) {
        this.#report(namespace, `Cannot record the success of input ${show(key)}`, error);
      }
    }
    // What was called to encode may have closed it.
    this.#use("record in", () => this.#store.add(rows));
    return rows.length;
  }

  /**
   * Counts the recorded successes.
   *
   * @param namespace Of which namespace. Default: of all.
   * @returns How many there are.
   * @throws {QueueStateError} When the checkpoint has been closed.
   * @throws {TrilaneError} When the file can't be read or written; the error's `cause` says more.
   */
  count(namespace?: string): number {
    return this.#use("count in", () => this.#store.count(namespace));
  }

  /**
   * The namespaces of which successes are recorded.
   *
   * @returns The namespaces, sorted.
   * @throws {QueueStateError} When the checkpoint has been closed.
   * @throws {TrilaneError} When the file can't be read or written; the error's `cause` says more.
   */
  namespaces(): string[] {
    return this.#use("list the namespaces of", () => this.#store.namespaces());
  }

  /**
   * Forgets successes, so that their inputs are run again.
   *
   * @param namespace Of which namespace. Default: of all.
   * @returns How many there were.
   * @throws {QueueStateError} When the checkpoint has been closed.
   * @throws {TrilaneError} When the file can't be read or written; the error's `cause` says more.
   */
  clear(namespace?: string): number {
    return this.#use("clear", () => this.#store.clear(namespace));
  }

  /**
   * Closes the file. Do so after the queues that use the checkpoint have ended: tasks whose success can't be recorded
   * fail. Closing it again does nothing.
   */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#store.close();
  }

  /** Closes the file at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** The stored value, `null` if there is a record without one. */
  #find(namespace: string, key: string): SqlValue | undefined {
    this.#assertOpen("look up in");
    assertText(namespace, key);
    return this.#use("look up in", () => this.#store.find(namespace, key));
  }

  #decoded(
    namespace: string,
    key: string,
    encoded: SqlValue | undefined,
  ): RecordedValue | undefined {
    if (encoded === undefined) return undefined;
    if (encoded === null) return { value: undefined };
    try {
      return { value: this.#decode(encoded as string | Uint8Array) };
    } catch (error) {
      this.#report(namespace, `Cannot read the value of input ${show(key)}`, error);
      return undefined;
    }
  }

  #encoded(value: unknown): Encoded {
    if (!this.#storeValues) return null;
    const encoded: unknown = this.#encode(value);
    if (encoded === null || encoded instanceof Uint8Array) return encoded;
    if (typeof encoded !== "string") {
      throw new TypeError(`encode must return text or bytes: got ${show(encoded)}`);
    }
    if (encoded.isWellFormed() && !encoded.includes("\0")) return encoded;
    throw new TypeError(`encode must return well-formed text without NUL: got ${show(encoded)}`);
  }

  #report(namespace: string, attempt: string, cause: unknown): void {
    if (this.#reported.has(namespace)) return;
    this.#reported.add(namespace);
    const why = isInstance(cause, Error) ? cause.message : show(cause);
    runtime.report(
      new TypeError(
        `${attempt} of '${namespace}' in checkpoint '${this.#path}', so it will run again: ${why}`,
        { cause },
      ),
    );
  }

  #use<T>(attempt: string, body: () => T): T {
    this.#assertOpen(attempt);
    try {
      return body();
    } catch (cause) {
      throw new TrilaneError(`Cannot ${attempt} checkpoint '${this.#path}': ${reasonOf(cause)}`, {
        cause,
      });
    }
  }

  #assertOpen(attempt: string): void {
    if (!this.#closed) return;
    throw new QueueStateError(
      `Cannot ${attempt} checkpoint '${this.#path}': it has been closed`,
    );
  }
}

function assertText(namespace: unknown, key: unknown): void {
  assertWellFormed("namespace", namespace);
  assertWellFormed("key", key);
}

/** SQLite would take all that is not well-formed for the same. */
function assertWellFormed(name: string, text: unknown): void {
  if (typeof text === "string" && text.isWellFormed()) return;
  throw new TypeError(`The ${name} must be well-formed text: got ${show(text)}`);
}
