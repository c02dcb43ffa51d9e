/**
 * What it costs to put tasks in order: all are pushed, then all are popped. With 1,000,000 tasks 1 ms a
 * run is 1 ns a task, with 10,000 tasks 1 µs a run is 0.1 ns a task.
 *
 * @module
 */
import { type ReadyItem, ReadyQueue } from "../src/engine/ready_queue.ts";
import { distributions, draw } from "./works/priorities.ts";

class Item implements ReadyItem {
  next: this | undefined = undefined;
  place: unknown = undefined;
  readonly readyAt = 0;
  constructor(readonly priority: number, readonly order: number) {}
}

for (const count of [10_000, 1_000_000]) {
  for (const distribution of distributions) {
    let items: Item[] = [];
    Deno.bench({
      name: `${count.toLocaleString("en")} ${distribution.name}`,
      // Those of a million take a second each.
      ...(count > 10_000 && { n: 5, warmup: 1 }),
      fn(bench) {
        // Popped items are as good as new.
        if (items.length === 0) {
          items = Array.from(
            draw(distribution, count),
            (priority, i) => new Item(priority, i),
          );
        }
        const queue = new ReadyQueue<Item>();
        bench.start();
        for (const item of items) queue.push(item);
        while (queue.pop() !== undefined);
        bench.end();
      },
    });
  }
}
