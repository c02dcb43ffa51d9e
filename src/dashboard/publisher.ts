import type { Recorder } from "./recorder.ts";
import type { EventStream } from "./server.ts";
import type { Update } from "./updates.ts";

/** What a publisher needs of a page that is open. */
export type Page = Pick<EventStream, "queue" | "told" | "full" | "send" | "end">;

/**
 * A page is let go for a moment when nothing has run for so long. On some runtimes an open connection keeps a program alive,
 * and the program should end when its work has; until it does, the page comes back each time.
 */
const QUIET_TICKS = 4;

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
   * not read what it was told before is left out, and told all that is new to it when it has.
   *
   * @param pages The pages that are open.
   */
  publish(pages: Iterable<Page>): void {
    for (const recorder of this.#recorders) recorder.tick();
    const isQuiet = this.#recorders.every(({ quietTicks }) => quietTicks >= QUIET_TICKS);
    const texts = new Map<string, string>();
    for (const page of pages) {
      if (page.full) continue;
      this.#tell(page, texts);
      if (!isQuiet) continue;
      page.send("quiet", "{}");
      page.end();
    }
  }

  /**
   * Tells a page that has just been opened, or has come back.
   *
   * @param page The page.
   * @param lastId The id of the last event that it was told, if it was told any.
   */
  greet(page: Page, lastId: string | undefined): void {
    const [instance, tick] = lastId?.split("/") ?? [];
    if (instance === this.#instance && /^\d{1,15}$/.test(tick ?? "")) page.told = Number(tick);
    this.#tell(page);
  }

  #tell(page: Page, texts: Map<string, string> = new Map()): void {
    const { queue, told } = page;
    const key = `${queue} ${told}`;
    const text = texts.get(key) ?? this.#text(queue, told);
    texts.set(key, text);
    page.told = this.#recorders[queue]!.lastTick;
    page.send("update", text, `${this.#instance}/${page.told}`);
  }

  /** An update of a queue for a page that knows all until a tick. */
  #text(queue: number, told: number | undefined): string {
    const recorder = this.#recorders[queue]!;
    const update: Update = {
      ...{ instance: this.#instance, whole: told === undefined, queue },
      queues: this.#recorders.map((each) => each.overview()),
      ...recorder.state(),
      ...recorder.timelineSince(told ?? 0),
    };
    return JSON.stringify(update);
  }
}
