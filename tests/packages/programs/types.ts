import {
  asCompleted,
  AsyncQueue,
  inlineTask,
  ProcessQueue,
  type RunSummary,
  type TaskHandle,
  ThreadQueue,
  transfer,
} from "@trilane/trilane";
import * as a from "@trilane/trilane/async";
import { Checkpoint } from "@trilane/trilane/checkpoint";
import { main } from "@trilane/trilane/cli";
import * as cluster from "@trilane/trilane/cluster";
import { dashboard } from "@trilane/trilane/dashboard";
import * as p from "@trilane/trilane/process";
import { toHTML, toTrace } from "@trilane/trilane/report";
import * as testing from "@trilane/trilane/testing";
import * as t from "@trilane/trilane/thread";
export {
  a,
  asCompleted,
  Checkpoint,
  cluster,
  dashboard,
  main,
  p,
  t,
  testing,
  toHTML,
  toTrace,
  transfer,
};

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true
  : false;
function assertType<T extends true>(_?: T): void {}

const square = inlineTask((n: number) => n * n);
const queue = new ThreadQueue({ workers: 1 });
const handle = queue.submit(square, [1]);
assertType<Equal<typeof handle, TaskHandle<number>>>();
const values = new ProcessQueue().map(square, [1, 2, 3]).map((one) => one.value());
assertType<Equal<typeof values, Promise<number>[]>>();
export const summary: Promise<RunSummary> = new AsyncQueue().run();
const bytes = inlineTask((_: Uint8Array) => "text");
queue.submit(bytes, [transfer(new Uint8Array(1), [new ArrayBuffer(1)])], { retries: 1 });
// @ts-expect-error -- a closure is not portable
queue.submit(() => 1);
// @ts-expect-error -- of another type
queue.submit(square, ["1"]);
