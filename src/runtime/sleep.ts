const clockwork = new Int32Array(new SharedArrayBuffer(4));

/**
 * Waits without the event loop.
 *
 * @param ms How many milliseconds.
 */
export function sleepSync(ms: number): void {
  Atomics.wait(clockwork, 0, 0, ms);
}
