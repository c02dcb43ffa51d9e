import { assert, assertEquals } from "@std/assert";
import { existsSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { FilePoolClaims, FileWorkerClaims } from "../../src/process/file_claims.ts";
import { canExchange, ExchangeFile } from "../../src/runtime/exchange_file.ts";
import { runtime, test } from "../harness.ts";
import { eventually, Program, tasks, withQueue } from "./support.ts";

/** Runs a body with both sides of the claims over a file. */
function withSides(body: (pool: FilePoolClaims, worker: FileWorkerClaims) => void): void {
  const ours = ExchangeFile.create();
  const theirs = ExchangeFile.open(ours.path);
  ExchangeFile.remove(ours.path);
  try {
    const pool = new FilePoolClaims(ours);
    body(pool, new FileWorkerClaims(theirs, (ticket) => pool.touched(ticket)));
  } finally {
    ours.close();
    theirs.close();
  }
}

if (runtime === "deno") {
  test("a task that was taken back does not begin, one that has begun can't be taken back", () => {
    withSides((pool, worker) => {
      assertEquals(pool.hasBegun(1), false);
      assert(worker.begin(1));
      assert(pool.hasBegun(1));
      assertEquals(pool.withdraw(1), false);
      assertEquals([pool.withdraw(3), pool.withdraw(2)], [true, true]);
      assertEquals([worker.begin(2), worker.begin(3)], [false, false]);
      assert(worker.begin(4));
    });
  });

  test("a task sees that it is interrupted, and whether it has asked is known", () => {
    withSides((pool, worker) => {
      worker.begin(1);
      assertEquals(worker.isInterrupted(1), false);
      assertEquals(pool.interrupt(1), false);
      assert(worker.isInterrupted(1));
      worker.begin(2);
      assertEquals(worker.isInterrupted(2), false);
      worker.touch(2);
      assert(pool.interrupt(2));
    });
  });

  test("a message is announced until the last of its tasks is tried", () => {
    withSides((pool, worker) => {
      assertEquals(worker.isAnnounced(), false);
      pool.announce(2);
      pool.withdraw(2);
      assert(worker.isAnnounced());
      worker.begin(1);
      assert(worker.isAnnounced());
      worker.begin(2);
      assertEquals(worker.isAnnounced(), false);
    });
  });

  test("many notes are read", () => {
    withSides((pool, worker) => {
      for (let ticket = 1; ticket <= 2_000; ticket++) assert(pool.withdraw(ticket));
      for (let ticket = 1; ticket <= 2_000; ticket++) assertEquals(worker.begin(ticket), false);
    });
  });

  test("while a child begins tasks as fast as it can, each is either run or taken back", async () => {
    const count = 60_000;
    const file = ExchangeFile.create();
    try {
      const claims = new FilePoolClaims(file);
      const program = new Program("claimant", [file.path, `${count}`]);
      await eventually(() => claims.hasBegun(1), "it has begun");
      const taken = new Set<number>();
      let refused = 0;
      for (let ticket = 2; ticket <= count; ticket++) {
        // Just ahead of where the child is.
        ticket = Math.max(ticket, file.word + ticket % 3);
        if (ticket > count) break;
        if (claims.withdraw(ticket)) taken.add(ticket);
        else refused++;
      }
      const { code, stderr } = await program.ended;
      assertEquals(code, 0, stderr);
      const run = new Set<number>(JSON.parse(program.text));
      for (let ticket = 1; ticket <= count; ticket++) {
        assert(run.has(ticket) !== taken.has(ticket), `task ${ticket}`);
      }
      assert(taken.size > 0, `${refused} were refused`);
    } finally {
      ExchangeFile.remove(file.path);
      file.close();
    }
  });

  test("no file is left", async () => {
    const ours = () => readdirSync(tmpdir()).filter((name) => name.startsWith("trilane-"));
    const before = new Set(ours());
    let during: string[] = [];
    await withQueue({ workers: 2 }, async (queue) => {
      await Promise.all(queue.map(tasks.later, [1, 2, 3, 4]));
      during = ours().filter((name) => !before.has(name));
      await queue.submit(tasks.exit, [1]);
    });
    await withQueue({ workers: 1, context: { command: "/bin/false" } }, async (queue) => {
      await queue.submit(tasks.nothing);
    });
    assertEquals(during.filter((name) => existsSync(`${tmpdir()}/${name}`)), []);
  });
} else {
  test("files are not used where memory can be shared", () => assertEquals(canExchange, false));
}
