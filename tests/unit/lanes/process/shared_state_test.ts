import { assert, assertEquals } from "@std/assert";
import { existsSync, readdirSync } from "node:fs";
import process from "node:process";
import { WORDS } from "../../../../src/lanes/pool/wire/claims.ts";
import { createSharedState, openSharedState } from "../../../../src/lanes/process/shared_state.ts";
import { channels } from "../../../../src/runtime/channels.ts";
import { runtime, test } from "../../../harness.ts";
import { eventually, tasks, withQueue } from "./support.ts";

if (runtime === "bun") {
  test("mapped memory is the same for all who map it, and lives on without its file", () => {
    const { create, open, remove } = channels.memory!;
    const memory = create([100, 200]);
    const other = open(memory.path, [100, 200]);
    remove(memory.path);
    assertEquals(existsSync(memory.path), false);
    for (const [i, piece] of memory.pieces.entries()) {
      assertEquals(piece.byteLength, (i + 1) * 100);
      new Uint8Array(piece).fill(i + 1);
    }
    assertEquals(other.map((piece) => new Uint8Array(piece)[99]), [1, 2]);
  });

  test("a journal and claims have room in mapped memory, to the last one", () => {
    const pool = createSharedState()!;
    const child = openSharedState(pool.path, () => {});
    child.remove();
    const texts: string[] = [];
    for (let ticket = 0;; ticket++) {
      const text = `${ticket} `.padEnd(128, "x");
      if (!child.journal.note(ticket, text, 1)) break;
      texts.push(text);
    }
    assertEquals(pool.journal.notes([]).map(({ value }) => value), texts);
    for (let ticket = 1; ticket <= WORDS; ticket++) {
      pool.claims.send(ticket);
      assert(child.claims.begin(ticket));
      assert(pool.claims.hasBegun(ticket));
    }
  });

  test("no file of shared memory is left", async () => {
    const ours = () =>
      readdirSync("/dev/shm").filter((name) => name.startsWith(`trilane-${process.pid}-`));
    await withQueue({ workers: 2 }, async (queue) => {
      await Promise.all(queue.map(tasks.later, [1, 2, 3, 4]));
      await eventually(() => ours().length === 0, "the children have removed them");
      await queue.submit(tasks.exit, [1]);
    });
    await withQueue({ workers: 1, context: { command: "/bin/false" } }, async (queue) => {
      await queue.submit(tasks.nothing);
    });
    assertEquals(ours(), []);
  });
} else {
  test("memory is not mapped where the runtime can't", () =>
    assertEquals(channels.memory, undefined));
}
