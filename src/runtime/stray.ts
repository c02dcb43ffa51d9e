/** Bun's workers tell of stray errors as Node's processes do. */
interface NodeProcess {
  on(event: "uncaughtException" | "unhandledRejection", listener: (error: unknown) => void): void;
  exit(code: number): never;
}

/** Deno's tell by events of the global scope. */
interface EventScope extends EventTarget {
  close(): void;
}

/**
 * Ends this worker when an error is thrown or a promise rejects with nobody to catch it, but lets something be
 * done first: what the runtime itself would do ends the worker with less said.
 *
 * @param last Called with the error.
 */
export function onStray(last: (error: unknown) => void): void {
  const scope = globalThis as unknown as Partial<EventScope> & { process?: NodeProcess };
  if (scope.close === undefined) {
    const end = (error: unknown) => {
      last(error);
      scope.process?.exit(1);
    };
    scope.process?.on("uncaughtException", end);
    scope.process?.on("unhandledRejection", end);
    return;
  }
  const end = (event: Event, error: unknown) => {
    event.preventDefault();
    last(error);
    scope.close!();
  };
  scope.addEventListener!("error", (event) => end(event, (event as ErrorEvent).error));
  scope.addEventListener!(
    "unhandledrejection",
    (event) => end(event, (event as PromiseRejectionEvent).reason),
  );
}
