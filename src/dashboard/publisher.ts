import type { Recorder } from "./recorder.ts";
import type { EventStream } from "./server.ts";
import type { Update } from "./updates.ts";

/** What a publisher needs of a page that is open. */
export type Page = Pick<EventStream, "queue" | "behind" | "full" | "send">;

type Fresh = ReturnType<Recorder["tick"]>;

/** Tells pages what is new. */
export class Publisher {
  readonly #instance = crypto.randomUUID();
  readonly #recorders: readonly Recorder[];

  /** @param recorders Of the queues. */
  constructor(recorders: readonly Recorder[]) {
    this.#recorders = recorders;
  }

  /**
   * Moves all recorders on, and tells all pages; what pages of one queue are told is put together once. A page that has
   * not read what it was told before is left out, and told all when it has.
   *
   * @param pages The pages that are open.
   */
  publish(pages: Iterable<Page>): void {
    const fresh = this.#recorders.map((recorder) => recorder.tick());
    const texts = new Map<string, string>();
    for (const page of pages) {
      if (page.full) {
        page.behind = true;
        continue;
      }
      const { queue, behind } = page;
      const key = `${queue} ${behind}`;
      const text = texts.get(key) ?? this.#text(queue, behind ? undefined : fresh[queue]);
      texts.set(key, text);
      page.behind = false;
      page.send("update", text);
    }
  }

  /** Tells a page that has just been opened all there is. */
  greet(page: Page): void {
    page.behind = false;
    page.send("update", this.#text(page.queue, undefined));
  }

  /** An update of a queue: of what is new or, without it, of all. */
  #text(queue: number, fresh: Fresh | undefined): string {
    const recorder = this.#recorders[queue]!;
    const update: Update = {
      ...{ instance: this.#instance, whole: fresh === undefined, queue },
      queues: this.#recorders.map((each) => each.overview()),
      ...recorder.state(),
      ...(fresh ?? recorder.timeline),
    };
    return JSON.stringify(update);
  }
}
