import type { MessagePort } from "node:worker_threads";

/**
 * Listens on a port of `node:worker_threads`, whose ports tell on every runtime when the other end is gone.
 *
 * Messages are taken in the web's way: Deno goes through all that it hands to a listener of Node's kind, each
 * byte of an array too, which takes a thousand times as long as the message.
 *
 * @returns Stops listening.
 */
export function listenOn<T>(
  port: MessagePort,
  received: (message: T) => void,
  closed: () => void,
): () => void {
  const target = port as unknown as EventTarget;
  const onMessage = (event: Event) => received((event as MessageEvent<T>).data);
  target.addEventListener("message", onMessage);
  port.on("close", closed);
  port.start();
  return () => {
    target.removeEventListener("message", onMessage);
    port.off("close", closed);
  };
}
