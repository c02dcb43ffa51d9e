import { inlineTask, ThreadQueue } from "../../../../../mod.ts";

const print = inlineTask(() => {
  console.log("from a task");
  console.info("info from a task");
  console.error("error from a task");
});
await using queue = new ThreadQueue({ workers: 1 });
await queue.start();
await queue.submit(print);
console.log("end");
