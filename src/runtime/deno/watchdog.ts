/** How often a child looks whether its parent is still there. */
const LOOK_EVERY_MS = 500;

/**
 * Has a thread end this child when its parent is gone, also while it is busy in JavaScript: where the system can't be asked to
 * do that. A thread of Deno's that holds no permission has one way to end its process, and that is this error.
 *
 * @returns Ends the watch.
 */
export function watchParent(): () => void {
  const source = `const parent = ${Deno.ppid};
    setInterval(() => {
      if (Deno.ppid === parent) return;
      new Worker("data:text/javascript,", { type: "module", deno: { permissions: "none" } });
    }, ${LOOK_EVERY_MS});`;
  const url = `data:text/javascript,${encodeURIComponent(source)}`;
  const worker = new Worker(url, { type: "module", name: "trilane-watchdog" });
  return () => worker.terminate();
}
