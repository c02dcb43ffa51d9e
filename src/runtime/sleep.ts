/** Made when it is needed: browsers may have no such memory. */
let clockwork: Int32Array | undefined;

/**
 * Waits without the event loop.
 *
 * @param ms How many milliseconds.
 */
export function sleepSync(ms: number): void {
  clockwork ??= new Int32Array(new SharedArrayBuffer(4));
  Atomics.wait(clockwork, 0, 0, ms);
}
