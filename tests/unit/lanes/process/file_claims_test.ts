import { assert, assertEquals } from "@std/assert";
import { existsSync, readdirSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import process from "node:process";
import { WORDS } from "../../../../src/lanes/pool/wire/claims.ts";
import {
  FILE_CLAIMS_SIZE,
  FilePoolClaims,
  FileWorkerClaims,
} from "../../../../src/lanes/process/file_claims.ts";
import { ExchangeFile } from "../../../../src/runtime/exchange_file.ts";
import { channels } from "../../../../src/runtime/channels.ts";
import { runtime, test } from "../../../harness.ts";
import { eventually, Program, tasks, withQueue } from "./support.ts";

/** Runs a body with both sides of the claims over a file. */
function withSides(
  body: (pool: FilePoolClaims, worker: FileWorkerClaims, path: string) => void,
): void {
  const file = ExchangeFile.create(channels.files!, FILE_CLAIMS_SIZE);
  const pool = new FilePoolClaims(file);
  const worker = new FileWorkerClaims(file, (ticket) => pool.touched(ticket));
  try {
    body(pool, worker, file.path);
  } finally {
    file.remove();
    file.close();
  }
}

if (runtime !== "bun") {
  test("a task that was taken back does not begin, one that has begun can't be taken back", () => {
    withSides((pool, worker) => {
      for (let ticket = 1; ticket <= 5; ticket++) pool.send(ticket);
      assertEquals(pool.hasBegun(1), false);
      assert(worker.begin(1));
      assert(pool.hasBegun(1));
      assertEquals(pool.withdraw(1), false);
      assertEquals([pool.withdraw(3), pool.withdraw(2)], [true, true]);
      assertEquals([worker.begin(2), worker.begin(3)], [false, false]);
      assert(worker.begin(4));
      assertEquals(pool.withdraw(4), false);
      assertEquals([pool.hasBegun(4), pool.hasBegun(5)], [true, false]);
    });
  });

  test("a task that was taken back does not begin when another has its word", () => {
    withSides((pool, worker) => {
      for (let ticket = 1; ticket <= 10 * WORDS; ticket++) {
        pool.send(ticket);
        if (ticket % WORDS !== 0) assert(pool.withdraw(ticket));
      }
      for (let ticket = 1; ticket <= 10 * WORDS; ticket++) {
        assertEquals(worker.begin(ticket), ticket === 10 * WORDS, `${ticket}`);
      }
      assert(pool.hasBegun(10 * WORDS));
    });
  });

  test("a task sees that it is interrupted, and whether it has asked is known", () => {
    withSides((pool, worker) => {
      pool.send(1);
      pool.send(2);
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
      assert(worker.isAnnounced());
      worker.begin(1);
      assert(worker.isAnnounced());
      worker.begin(2);
      assertEquals(worker.isAnnounced(), false);
    });
  });

  test("the file stays as it is, however many tasks are sent and taken back", () => {
    withSides((pool, worker, path) => {
      const { size } = statSync(path);
      for (let ticket = 1; ticket <= 2_000; ticket++) {
        pool.send(ticket);
        pool.announce(ticket);
        if (ticket % 2 === 0) pool.withdraw(ticket);
        worker.begin(ticket);
      }
      assertEquals(statSync(path).size, size);
    });
  });

  test("while a child begins tasks as fast as it can, each is either run or taken back", async () => {
    const count = 60_000;
    const file = ExchangeFile.create(channels.files!, FILE_CLAIMS_SIZE);
    const pool = new FilePoolClaims(file);
    try {
      const program = new Program("claimant", [file.path, `${count}`]);
      pool.send(1);
      pool.announce(1);
      await eventually(() => pool.hasBegun(1), "it has begun");
      const taken = new Set<number>();
      let refused = 0;
      // Some at a time, as in a message, of which none has the word of one before it that may be in flight.
      for (let first = 2; first <= count; first += 100) {
        const last = Math.min(first + 99, count);
        for (let ticket = first; ticket <= last; ticket++) pool.send(ticket);
        let next = first;
        // So that both sides win some, however few processors there are.
        const isSure = first % 1_000 === 2;
        if (isSure && pool.withdraw(next)) taken.add(next++);
        pool.announce(last);
        if (isSure) await eventually(() => pool.hasBegun(next), "the next has begun");
        for (let ticket = next; ticket <= last; ticket += 1 + ticket % 3) {
          if (pool.withdraw(ticket)) taken.add(ticket);
          else refused++;
        }
        await eventually(() => pool.hasBegun(last), "the last has been tried");
      }
      const { code, stderr } = await program.ended;
      assertEquals(code, 0, stderr);
      const run = new Set<number>(JSON.parse(program.text));
      for (let ticket = 1; ticket <= count; ticket++) {
        assert(run.has(ticket) !== taken.has(ticket), `task ${ticket}`);
      }
      assert(taken.size > 0 && refused > 0, `${taken.size} were taken, ${refused} refused`);
    } finally {
      file.remove();
      file.close();
    }
  });

  test("no file is left", async () => {
    const ours = () =>
      readdirSync(tmpdir()).filter((name) => name.startsWith(`trilane-${process.pid}-`));
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
  test("files are not used where memory can be shared", () => {
    assertEquals(channels.files, undefined);
  });
}
