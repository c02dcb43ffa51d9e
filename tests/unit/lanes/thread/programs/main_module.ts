/** A program whose tasks are defined in its own main module, which workers load too. */
import {
  currentTask,
  defineTasks,
  importTasks,
  inlineTask,
  ThreadQueue,
} from "../../../../../mod.ts";

type Factor = 1 | 2;
const BYTES = 1 as Factor satisfies number;

export const { double, where } = defineTasks(import.meta.url, {
  double: (n: number): number => n * 2 * BYTES,
  where: () => `${import.meta.main} ${currentTask().name}`,
});

/** A plain export of the same module. */
export function triple(n: number): number {
  return n * 3;
}

if (import.meta.main) {
  await using queue = new ThreadQueue({ workers: 2 });
  await queue.start();
  console.log(String(await queue.group(double, [1, 2, 3]).values()));
  console.log(await queue.submit(where).value());
  const self = importTasks<typeof import("./main_module.ts")>(import.meta.url);
  console.log(await queue.submit(self.triple, [2]).value());
  const other = importTasks<typeof import("../modules/plain.ts")>(
    new URL("../modules/plain.ts", import.meta.url),
  );
  console.log(
    await queue.submit(other.double, [4]).value(),
    await queue.submit(other.triple, [4]).value(),
  );
  console.log(await queue.submit(other.default).value());
  console.log(await queue.submit(inlineTask((n: number) => n ** 2), [5]).value());
  console.log("end");
}
