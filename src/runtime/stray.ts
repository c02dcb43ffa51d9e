/** Node and Bun, and Deno's processes, tell of stray errors so. */
interface StrayProcess {
  on(event: StrayEvent, listener: (error: unknown) => void): void;
  listenerCount(event: StrayEvent): number;
  exit(code: number): never;
}
type StrayEvent = "uncaughtException" | "unhandledRejection";

/** Web Workers tell by events of the global scope. */
interface EventScope extends EventTarget {
  close(): void;
}

/**
 * Ends this process, or thread of one, when an error is thrown or a promise rejects with nobody to catch it, but lets
 * something be done first: what the runtime itself would do ends it with less said. What listeners of the program's own
 * modules take care of ends nothing.
 *
 * @param last Called with the error.
 */
export function onProcessStray(last: (error: unknown) => void): void {
  const { process } = globalThis as unknown as { process: StrayProcess };
  for (const event of ["uncaughtException", "unhandledRejection"] as const) {
    process.on(event, (error) => {
      if (process.listenerCount(event) > 1) return;
      last(error);
      process.exit(1);
    });
  }
}

/**
 * The same where errors go astray by events of the global scope: in a Web Worker.
 *
 * @param last Called with the error.
 */
export function onScopeStray(last: (error: unknown) => void): void {
  const scope = globalThis as unknown as EventScope;
  const asked = new WeakSet<Event>();
  /** This listener is the first. So the others are asked first by an event of their own. */
  const handle = (event: Event, again: Event, error: unknown) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    asked.add(again);
    if (!scope.dispatchEvent(again)) return;
    last(error);
    scope.close();
  };
  scope.addEventListener("error", (event) => {
    if (asked.has(event)) return;
    const { error, message, filename, lineno, colno } = event as ErrorEvent;
    const init = { error, message, filename, lineno, colno, cancelable: true };
    handle(event, new ErrorEvent("error", init), error);
  });
  scope.addEventListener("unhandledrejection", (event) => {
    if (asked.has(event)) return;
    const { promise, reason } = event as PromiseRejectionEvent;
    const init = { promise, reason, cancelable: true };
    handle(event, new PromiseRejectionEvent("unhandledrejection", init), reason);
  });
}
