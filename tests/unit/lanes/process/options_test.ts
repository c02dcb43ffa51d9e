import { assertThrows } from "@std/assert";
import { type ProcessOptions, ProcessQueue, ThreadQueue } from "../../../../mod.ts";
import { test } from "../../../harness.ts";

test("options of processes alone are refused with what is allowed and the value seen", () => {
  for (
    const [name, value, ErrorClass, says] of [
      ["memoryLimit", 0, RangeError, "memoryLimit must be > 0: got 0"],
      ["memoryLimit", NaN, RangeError, "memoryLimit must be > 0: got NaN"],
      ["memoryLimit", "1G", TypeError, "memoryLimit must be a number: got '1G'"],
      ["recycleMemory", -1, RangeError, "recycleMemory must be > 0: got -1"],
      ["recycleMemory", {}, TypeError, "recycleMemory must be a number: got an object"],
      ["onOutput", "inherit", TypeError, "onOutput must be a function: got 'inherit'"],
      ["context", { env: { PORT: 80 } }, TypeError, "context.env.PORT must be a string: got 80"],
      ["maxMessageSize", 0, RangeError, "maxMessageSize must be > 0: got 0"],
      ["killDelay", -1, RangeError, "killDelay must be >= 0: got -1"],
      [
        "memoryLimits",
        1,
        TypeError,
        "Unknown queue option: 'memoryLimits'. Did you mean 'memoryLimit'?",
      ],
      ["maxMemoryLimitBeforeRecycle", 1, TypeError, "Did you mean 'recycleMemory'?"],
    ] as const
  ) {
    assertThrows(() => new ProcessQueue({ [name]: value } as ProcessOptions), ErrorClass, says);
  }
  const options = { memoryLimit: 1 << 30 } as object;
  assertThrows(() => new ThreadQueue(options), TypeError, "Unknown queue option: 'memoryLimit'");
});
