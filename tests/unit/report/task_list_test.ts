import { assertEquals } from "@std/assert";
import { causeKey } from "../../../src/base/cause_key.ts";
import { findTasks, type Query } from "../../../src/report/client/task_list.ts";
import { toHTML } from "../../../src/report/mod.ts";
import { test } from "../../harness.ts";
import { runOf } from "./page_parts.ts";
import { cancelled, failed, ran, summaryOf } from "./support.ts";

const attemptHistory = [
  {
    ...{ number: 1, workerId: 2, startedAt: 0, finishedAt: 5 },
    ...{ errorName: "Reset", message: "port 80 is closed" },
  },
  { number: 2, workerId: 2, startedAt: 6, finishedAt: 9 },
];
const run = runOf(toHTML(summaryOf([
  ran(1, 0, 10, { id: "q1-1", name: "item 10", metadata: { url: "https://A.example" } }),
  ran(2, 0, 9, { id: "q1-2", name: "item 9", attempts: 2, attemptHistory }),
  failed(new TypeError("port 443 is closed"), 1, 10, 12, { id: "q1-3", name: "item 9" }),
  failed(new TypeError("no"), 2, 20, 80, { id: "q1-4", name: "other", groupId: "Batch" }),
  cancelled("no need", 30, { id: "q1-5", name: "item 9" }),
])));

/** The ids that a query finds. */
function find(query: Partial<Query>): string[] {
  const found = findTasks(run, {
    ...{
      text: "",
      status: "",
      name: -1,
      cause: "",
      retryCause: "",
      sort: "started",
      descending: false,
    },
    ...query,
  });
  return found.map((task) => run.tasks.id[task]);
}

test("list: text is found in names, ids, groups, metadata and messages, in upper and lower case", () => {
  assertEquals(find({ text: "a.EXAMPLE" }), ["q1-1"]);
  assertEquals(find({ text: "batch" }), ["q1-4"]);
  assertEquals(find({ text: "443 is" }), ["q1-3"]);
  assertEquals(find({ text: "Q1-5" }), ["q1-5"]);
  assertEquals(find({ text: "item 9" }).length, 3);
  assertEquals(find({ text: "nowhere" }), []);
});

test("list: tasks are found by how they ended, by name and by cause", () => {
  assertEquals(find({ status: "failed" }), ["q1-3", "q1-4"]);
  assertEquals(find({ status: "cancelled" }), ["q1-5"]);
  assertEquals(find({ status: "retried" }), ["q1-2"]);
  assertEquals(find({ name: run.names.indexOf("other") }), ["q1-4"]);
  assertEquals(find({ cause: causeKey("TypeError: port 1 is closed") }), ["q1-3"]);
  assertEquals(find({ cause: causeKey("Reset: port 80 is closed") }), []);
  assertEquals(find({ retryCause: causeKey("Reset: port 80 is closed") }), ["q1-2"]);
  assertEquals(find({ status: "failed", text: "item" }), ["q1-3"]);
});

test("list: tasks are sorted either way, and those without a value come last where the most comes first", () => {
  assertEquals(find({ sort: "ran", descending: true }), ["q1-4", "q1-1", "q1-2", "q1-3", "q1-5"]);
  assertEquals(find({ sort: "ran" }), ["q1-5", "q1-3", "q1-2", "q1-1", "q1-4"]);
  assertEquals(find({ sort: "name" }).at(-1), "q1-4");
  assertEquals(find({ sort: "name" })[3], "q1-1");
  assertEquals(find({ sort: "attempts", descending: true })[0], "q1-2");
});

test("list: what is read of a task is what its result says", () => {
  const { tasks } = run;
  const task = tasks.id.indexOf("q1-2");
  assertEquals(
    [tasks.ran[task], tasks.waited[task], tasks.startedAt[task], tasks.attempts[task]],
    [9, 0, 0, 2],
  );
  assertEquals(run.attemptsOf(task).map((i) => run.attempts.number[i]), [1, 2]);
});
