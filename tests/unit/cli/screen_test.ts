import { assertEquals } from "@std/assert";
import process from "node:process";
import type { Host } from "../../../src/cli/host.ts";
import { Screen } from "../../../src/cli/output/screen.ts";
import { test } from "../../harness.ts";

function hostWith(terminals: Host["terminals"]): Host {
  return { terminals, columns: 80, onSignal: () => () => {} };
}

const both = { stdin: false, stdout: true, stderr: true };

/** What reaches the terminal while `fn` uses a screen with a bar on it. */
function written(terminals: Host["terminals"], fn: (screen: Screen) => void): string {
  const { stderr } = process;
  const real = stderr.write;
  let text = "";
  stderr.write = ((data: string, done: () => void) => {
    text += data;
    done();
    return true;
  }) as typeof stderr.write;
  try {
    const screen = new Screen(hostWith(terminals), {
      write: (data, done) => {
        text += data;
        done();
      },
      restore: () => {},
    });
    const output = screen.barOutput;
    let drawn = false;
    screen.bar = {
      clear: () => {
        if (drawn) output.write("<clear>");
        drawn = false;
      },
      redraw: () => {
        if (!drawn) output.write("<bar>");
        drawn = true;
      },
      stop: () => {},
      [Symbol.dispose]: () => {},
    };
    fn(screen);
    screen.restore();
  } finally {
    stderr.write = real;
  }
  return text;
}

const ignore = () => {};

test("cli screen: the bar is taken away for what is printed, and drawn again below", () => {
  const text = written(both, (screen) => {
    screen.print("value\n", ignore);
    screen.say("a word\n");
    // As tasks on this thread print.
    process.stderr.write("task\n");
  });
  assertEquals(text, "value\n<bar><clear>a word\n<bar><clear>task\n<bar>");
});

test("cli screen: a line that has not ended is left as it is, and nothing else is put behind it", () => {
  const text = written(both, (screen) => {
    screen.print("half", ignore);
    screen.print(" and half", ignore);
    screen.say("word\n");
    screen.print("open", ignore);
    screen.barOutput.write("<drawn in its time>");
    screen.print("\n", ignore);
  });
  assertEquals(text, "half and half\nword\n<bar><clear>open\n<drawn in its time>\n<bar>");
});

test("cli screen: results that go elsewhere are no matter for the bar", () => {
  const text = written({ ...both, stdout: false }, (screen) => {
    screen.say("word\n");
    screen.print("half", ignore);
    screen.say("word\n");
  });
  assertEquals(text, "word\n<bar>half<clear>word\n<bar>");
});

test("cli screen: a terminal that is none has no bar to take away", () => {
  const none = { stdin: false, stdout: false, stderr: false };
  const text = written(none, (screen) => {
    screen.print("half", ignore);
    screen.say("word\n");
  });
  assertEquals(text, "halfword\n");
});
