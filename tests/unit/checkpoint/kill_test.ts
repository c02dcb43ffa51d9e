import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { Checkpoint } from "../../../src/checkpoint/mod.ts";
import { test } from "../../harness.ts";
import { lanes, numbers } from "./lanes.ts";
import { eventually, lines, start, withFolder } from "./support.ts";

const COUNT = 5_000;
const KILLS = 20;

test("a batch whose program is killed again and again loses nothing and repeats nothing it has seen", () =>
  withFolder(async (folder) => {
    const [file, log, seen] = ["run.sqlite", "log", "seen"].map((name) => join(folder, name));
    const work = (round: number) =>
      start("work", [file!, log!, seen!, lanes[round % lanes.length]!.name, `${COUNT}`]);
    let known = new Set<string>();
    let run = 0;
    let survived = 0;
    for (let round = 0; round < KILLS; round++) {
      const program = work(round);
      let over = false;
      program.ended.then(() => over = true);
      // Sometimes before it has done anything, sometimes in the midst of it.
      const target = run + Math.floor(Math.random() * 2 * COUNT / KILLS);
      await eventually(() => over || lines(log!).length >= target, `${target} tasks have run`);
      program.kill();
      const { signal, text } = await program.ended;
      if (signal === null) survived++;
      assert(signal === "SIGKILL" || text.includes('"right":true'), text);
      const ran = lines(log!).slice(run);
      assertEquals(ran.filter((n) => known.has(n)), [], `run again in round ${round}`);
      run += ran.length;
      known = new Set(lines(seen!));
    }
    const { code, text } = await work(KILLS).ended;
    assertEquals(code, 0, text);
    assertEquals(JSON.parse(text), { right: true, succeeded: COUNT, count: COUNT });
    assert(survived < KILLS, "it was never killed");
    assertEquals(new Set(lines(log!).map(Number)), new Set(numbers(COUNT)));
    using checkpoint = new Checkpoint(file!);
    for (const n of numbers(COUNT)) {
      assertEquals(checkpoint.lookup("squareLater", `${n}`), { value: n * n });
    }
  }));

test("programs that begin a checkpoint at one time share it", () =>
  withFolder(async (folder) => {
    const file = join(folder, "run.sqlite");
    const programs = lanes.map(({ name }) =>
      start("work", [file, join(folder, `${name}.log`), join(folder, name), name, "1000"])
    );
    for (const { ended } of programs) {
      const { code, text } = await ended;
      assertEquals(code, 0, text);
      assertEquals(JSON.parse(text), { right: true, succeeded: 1000, count: 1000 });
    }
  }));
