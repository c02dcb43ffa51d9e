import type { Update } from "../updates.ts";

/** How the page stands with the program. */
export type ConnectionState = "connecting" | "live" | "lost" | "ended";

/** A browser gives up where it is refused; the page asks again after this. */
const RETRY_MS = 2_000;
/** The server tells something four times a second: after so long without, the connection counts as lost. */
const SILENCE_MS = 5_000;

/** What a connection tells. */
export interface ConnectionEvents {
  readonly updated: (update: Update) => void;
  readonly changed: (state: ConnectionState) => void;
}

/** The stream of updates of one queue, which is opened again whenever it is lost. */
export class Connection {
  readonly #events: ConnectionEvents;
  #source: EventSource | undefined;
  #queue = 0;
  #timer: number | undefined;
  #ended = false;
  /** Whether the server has let the page go for a moment. */
  #quiet = false;

  constructor(events: ConnectionEvents) {
    this.#events = events;
  }

  /** Follows a queue from now on. */
  follow(queue: number): void {
    this.#queue = queue;
    this.#events.changed("connecting");
    this.#open();
  }

  #open(): void {
    clearTimeout(this.#timer);
    this.#source?.close();
    const source = new EventSource(`/events?queue=${this.#queue}`);
    this.#source = source;
    this.#ended = this.#quiet = false;
    source.addEventListener("update", (event: MessageEvent<string>) => {
      this.#expect(SILENCE_MS);
      this.#quiet = false;
      this.#events.changed("live");
      this.#events.updated(JSON.parse(event.data));
    });
    source.addEventListener("quiet", () => this.#quiet = true);
    source.addEventListener("end", () => this.#ended = true);
    source.addEventListener("error", () => this.#lost());
    this.#expect(SILENCE_MS);
  }

  /** Opens anew if nothing is heard for so long. */
  #expect(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#quiet = false;
      this.#lost();
      this.#open();
    }, ms);
  }

  #lost(): void {
    // The first time after that is no loss; the second one is: nobody was there.
    const isQuiet = this.#quiet;
    this.#quiet = false;
    if (isQuiet) return;
    this.#events.changed(this.#ended ? "ended" : "lost");
    if (this.#source?.readyState === EventSource.CLOSED) this.#expect(RETRY_MS);
  }
}
