import type { Clock } from "../base/clock.ts";
import type { Platform } from "../base/platform.ts";

/*
 * What a runtime must offer. Each has a folder of its own; `here.ts`, `threads.ts`, `processes.ts` and `sqlite.ts` pick that
 * of the one that the program runs on, and nothing else asks which it is. They are apart so that a lane brings along no
 * more than it needs: the lane on the event loop loads none of Node's modules.
 */

/** The runtimes that there is a folder for. */
export type RuntimeName = "deno" | "bun" | "node" | "browser";

/** What every lane needs. */
export interface Runtime extends Platform {
  readonly name: RuntimeName;
  /** How many processors the program may use, at least 1. */
  readonly cores: number;
  /**
   * How many workers may be at work while they wait for more without sleeping. It pays where a worker that sleeps takes
   * several times as long to be woken as all else that a short task costs.
   */
  readonly spinners: number;
  /** The system's clock, with timers that don't keep the program alive, where the runtime has any. */
  readonly quietClock: Clock;
}

/** Threads: what a `ThreadQueue` and its workers need. */
export interface Threads {
  /** Makes two ports that are joined. The first tells when the second is gone, its thread's end included. */
  createChannel(): ThreadChannel;
  /**
   * Starts a thread that runs a module.
   *
   * @param name What tools call the thread.
   * @param events Who is told what becomes of it.
   * @throws When it can't be started.
   */
  start(module: ThreadModule, name: string, events: ThreadEvents): Thread;
  /** The same for threads as {@linkcode Processes.takeOver} for children. */
  takeOver?(run: () => unknown): void;
  /** In a thread: calls back with the first message that was posted to the thread itself. */
  onFirstMessage(callback: (message: unknown) => void): void;
  /** In a thread: takes the next message of a port without the event loop; `undefined` if there is none. */
  takeMessage(port: MessagePort): unknown;
  /** Whether of each thread that ends its exit status is told, which may come later than the end of its port. */
  readonly tellsExit?: boolean;
  /** Whether nobody is told that a thread has ended. */
  readonly endsSilently?: boolean;
  /** Whether a thread can be ended while it is loading, which takes other runtimes down. */
  readonly endsLoading?: boolean;
  /** In a thread: calls back before it closes itself, where threads end silently. */
  onClose?(callback: () => void): void;
  /** In a thread: gives its tasks an empty standard input, where it would be the program's. */
  hideStdin?(): void;
  /** In a thread: has it write to standard output and error by itself, where it would not. */
  writeDirectly?(): void;
  /** In a thread: has it read standard input by itself, where it would get none. */
  readDirectly?(): void;
  /**
   * In a thread: ends it when an error is thrown or a promise rejects with nobody to catch it, but lets something be done
   * first. What listeners of the thread's own modules take care of ends nothing.
   */
  onStray(last: (error: unknown) => void): void;
}

/** What a thread runs. */
export interface ThreadModule {
  readonly url: URL;
  /** Starts a Web Worker with it where a bundler may have put it elsewhere. */
  startWeb?(name: string): Worker;
}

/** Two ports that are joined. */
export interface ThreadChannel {
  readonly own: Port;
  /** The end to give away. */
  readonly given: MessagePort;
}

/** The end of a channel that stays here. */
export interface Port {
  postMessage(message: unknown, transferables?: Transferable[]): void;
  /** Listens; returns what stops that. `closed` is called when the other end is gone. */
  listen(received: (message: never) => void, closed: () => void): () => void;
  /** Whether it keeps the program alive, where the runtime leaves the choice. */
  hold(alive: boolean): void;
  close(): void;
}

/** Who is told what becomes of a thread. */
export interface ThreadEvents {
  /** An error ended it that it did not catch. */
  failed(error: unknown): void;
  /** It has ended; not every runtime says so. */
  ended(exitCode: number | undefined): void;
}

/** A thread, seen from the one that started it. */
export interface Thread {
  post(message: unknown, transferables: Transferable[]): void;
  /** Whether it keeps the program alive, where the runtime leaves the choice. */
  hold(alive: boolean): void;
  /** Ends it. Its failure may be told later still. */
  terminate(): void;
}

/** Processes: what a `ProcessQueue` needs to have children. */
export interface Processes {
  /** The permissions that programs are held to, where there are any. */
  readonly permissions: { canBeListed(part: string): boolean } | undefined;
  /**
   * How a child is started.
   *
   * @param entry The URL of the module that it is to run. It is given what `openPipes` takes as its one argument.
   * @param options What is special about it.
   */
  childCommand(entry: string, options: ChildOptions): SpawnOptions;
  /**
   * Called when the library is loaded: throws in a child that is a compiled program, and calls back instead of running the main
   * module. Absent where programs aren't compiled like that.
   */
  takeOver?(run: () => unknown): void;
  /** Whether such a child can load modules that aren't named in its `modules`. */
  canLoadAny(options: ChildOptions): boolean;
  /** Whether this program and such a child can use any file. */
  canUseFiles(options: ChildOptions): boolean;
  /**
   * Starts a subprocess.
   *
   * @param takesErrors Whether its standard error is to be read too. Otherwise it is this program's.
   * @throws When it can't be started: no such command, not permitted.
   */
  spawn(options: SpawnOptions, takesErrors: boolean): Subprocess;
  /**
   * Finds a way to look at the memory of other processes.
   *
   * @throws {TrilaneError} When there is none: on this system, or with the permissions of this program.
   */
  findMemoryReader(): MemoryReader;
  /** Whether a child that ended by itself like this had no room left in its heap: no other end of this runtime's looks so. */
  hadFullHeap(exit: SubprocessExit): boolean;
  /** How many processes the system has ended so far for want of memory; `undefined` where that can't be told. */
  countOomKills(): number | undefined;
}

/** What a `ProcessQueue` and its children have in common. */
export interface ProcessChannels {
  /** Memory that another process can map, where there is any. */
  readonly memory: MappedMemories | undefined;
  /** Files that stand in for it. */
  readonly files: FileAccess | undefined;
  /**
   * In a child: its end of the pipes to its pool.
   *
   * @param descriptor What the command ended with: the number of the descriptor to read from.
   */
  openPipes(descriptor: number): ChildPipes;
}

/** What is special about a child. */
export interface ChildOptions {
  readonly command?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string | URL;
  readonly permissions: "inherit" | "none" | DenoPermissions;
  /** URLs of the modules that its tasks come from, as far as they are known. */
  readonly modules: Iterable<string>;
}

/**
 * What tasks may do, by kind, as for `Deno.Command` and on Deno's command line: `true` for all, a list for just
 * these, nothing for none.
 *
 * @example
 * ```ts
 * import { type DenoPermissions, inlineTask, ProcessQueue } from "@trilane/trilane";
 *
 * const readers: DenoPermissions = { read: ["."], env: false };
 * await using queue = new ProcessQueue({
 *   workers: 1,
 *   permissions: "Deno" in globalThis ? readers : "inherit",
 * });
 * console.log(await queue.submit(inlineTask(() => 1 + 1)).value()); // 2
 * ```
 */
export interface DenoPermissions {
  /** Environment variables. */
  readonly env?: boolean | readonly string[];
  /** Dynamic libraries. */
  readonly ffi?: boolean | readonly string[];
  /** Hosts that modules may be imported from. */
  readonly import?: boolean | readonly string[];
  /** Hosts, with or without port. */
  readonly net?: boolean | readonly string[];
  /** Files and folders to read. */
  readonly read?: boolean | readonly string[];
  /** Programs. */
  readonly run?: boolean | readonly string[];
  /** Kinds of system information. */
  readonly sys?: boolean | readonly string[];
  /** Files and folders to write. */
  readonly write?: boolean | readonly string[];
}

/** How a subprocess is started. */
export interface SpawnOptions {
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment; the parent's own if left out. */
  readonly env: Readonly<Record<string, string>> | undefined;
  readonly cwd: string | URL | undefined;
}

/** How much resident memory other processes have, in bytes. */
export interface MemoryReader {
  /** That of several; those that have ended are left out. */
  read(pids: readonly number[]): Promise<ReadonlyMap<number, number>>;
  /** That of one, `undefined` if it has ended. Absent where a look takes a process of its own. */
  readNow?(pid: number): number | undefined;
}

/** How a subprocess ended. */
export interface SubprocessExit {
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
}

/** A subprocess with pipes for its input and its standard output, and perhaps for its standard error. */
export interface Subprocess {
  readonly pid: number;
  /** Resolves when it has ended and been reaped. */
  readonly exited: Promise<SubprocessExit>;
  /** Writes to its input; resolves when that is done, rejects when it has closed it. */
  write(bytes: Uint8Array): Promise<void>;
  /** Reads from its standard output; `undefined` at its end. The bytes are valid until the next call. */
  read(): Promise<Uint8Array | undefined>;
  /** Reads from its standard error in the same way, where that is taken. */
  readErrors(): Promise<Uint8Array | undefined>;
  /** Closes its input. */
  closeInput(): void;
  kill(signal: "SIGTERM" | "SIGKILL"): void;
  /** Whether it keeps the program alive. */
  hold(alive: boolean): void;
}

/** A child's end of the pipes to its pool. */
export interface ChildPipes {
  /** Reads while the event loop runs; resolves to how many bytes, 0 at the end. */
  readLater(into: Uint8Array): Promise<number>;
  /** The same, but blocks until there is something, where that answers faster than the event loop does. */
  read?(into: Uint8Array): number;
  /** Writes, and blocks until all is written. */
  write(bytes: Uint8Array): void;
  /** Writes to standard error in the same way; throws if a task has closed that. */
  writeError(bytes: Uint8Array): void;
  /** Closes the end that is read, so that it doesn't keep the child alive. */
  close(): void;
}

/** Makes memory that another process can map too, and on which `Atomics` work across both. */
export interface MappedMemories {
  /** @throws When its file can't be made anywhere. */
  create(sizes: readonly number[]): MappedMemory;
  /** Maps what `create` made, in the same sizes. */
  open(path: string, sizes: readonly number[]): ArrayBuffer[];
  /** Removes the file; the memory stays with those who have mapped it. */
  remove(path: string): void;
}

/** Pieces of memory that another process can map too, all zero at first. */
export interface MappedMemory {
  /** The file to map. */
  readonly path: string;
  readonly pieces: readonly ArrayBuffer[];
}

/** Files, as far as exchange files need them. */
export interface FileAccess {
  /** Folders that temporary files may be made in, the best one first; `undefined` is the system's own. */
  readonly temporaryFolders: readonly (string | undefined)[];
  /** Makes an empty file with a name of its own. */
  makeTemporary(folder: string | undefined): string;
  write(path: string, bytes: Uint8Array): void;
  /** Opens a file to be read and written. */
  open(path: string): OpenFile;
  remove(path: string): void;
}

/** An open file, as Deno has it. Reading and writing go on where the one before ended. */
export interface OpenFile {
  seekSync(offset: number, whence: 0): unknown;
  readSync(into: Uint8Array): unknown;
  writeSync(bytes: Uint8Array): unknown;
  close(): void;
}

/** What SQLite can hold, as far as it is used. */
export type SqlValue = string | number | Uint8Array | null;

/** One row of a result, by column. */
export type Row = Readonly<Record<string, SqlValue>>;

/** A prepared statement. */
export interface Statement {
  /** Runs it; says how many rows were changed. */
  run(...parameters: SqlValue[]): { readonly changes: number | bigint };
  /** The first row of its result; none at all when there is none. */
  get(...parameters: SqlValue[]): Row | null | undefined;
  /** All rows of its result. */
  all(...parameters: SqlValue[]): Row[];
  /** Lets go of it, where closing the database doesn't. */
  finalize?(): void;
}

/** A database of the SQLite that a runtime brings along. */
export interface Database {
  exec(sql: string): void;
  prepare(sql: string): Statement;
  close(): void;
}

/** Opens a database. A file that is not there is made, unless it is only to be read. */
export type OpenDatabase = (path: string, readOnly: boolean) => Database;
