import { retrying, retryingLater } from "../retrying.ts";
import type { ChildPipes } from "../runtime.ts";
import { hideProcessStdin } from "../stdin.ts";

/** A child's pipes. */
export function openPipes(): ChildPipes {
  const { stdin, stdout } = Deno;
  const [readSync, read] = [stdin.readSync.bind(stdin), stdin.read.bind(stdin)];
  const writeSync = stdout.writeSync.bind(stdout);
  return {
    read: (into) => retrying(() => readSync(into) ?? 0),
    readLater: (into) => retryingLater(async () => await read(into) ?? 0),
    write(bytes) {
      for (let at = 0; at < bytes.length;) {
        const part = at === 0 ? bytes : bytes.subarray(at);
        at += retrying(() => writeSync(part));
      }
    },
    hide() {
      hideProcessStdin();
      Object.defineProperties(stdin, {
        readSync: { value: () => null },
        read: { value: () => Promise.resolve(null) },
        readable: { value: new Blob([]).stream() },
      });
    },
  };
}
