import { PIPE_PATH } from "../launch.ts";
import { retrying, retryingLater } from "../retrying.ts";
import type { ChildPipes } from "../runtime.ts";
import { STDIN } from "../stdin.ts";
import { hideStdin } from "./stdin.ts";
import { watchParent } from "./watchdog.ts";

/** A child's pipes. */
export function openPipes(descriptor: number): ChildPipes {
  const input = openInput(descriptor);
  const [readSync, read] = [input.readSync.bind(input), input.read.bind(input)];
  const write = writerTo(Deno.stdout);
  const writeError = writerTo(Deno.stderr);
  // What moves the pipe away also sees to the child's end.
  const stopWatching = descriptor === STDIN ? watchParent() : undefined;
  hideStdin();
  return {
    read: (into) => retrying(() => readSync(into) ?? 0),
    readLater: (into) => retryingLater(async () => await read(into) ?? 0),
    write,
    writeError,
    close() {
      input.close();
      stopWatching?.();
    },
  };
}

function writerTo(output: typeof Deno.stdout): (bytes: Uint8Array) => void {
  const writeSync = output.writeSync.bind(output);
  return (bytes) => {
    for (let at = 0; at < bytes.length;) {
      const part = at === 0 ? bytes : bytes.subarray(at);
      at += retrying(() => writeSync(part));
    }
  };
}

function openInput(descriptor: number): Pick<typeof Deno.stdin, "close" | "read" | "readSync"> {
  if (descriptor === STDIN) return Deno.stdin;
  const input = Deno.openSync(PIPE_PATH);
  // Where tasks may read all they may read this too; elsewhere it was granted to this module alone.
  Deno.permissions.revokeSync({ name: "read", path: PIPE_PATH });
  return input;
}
