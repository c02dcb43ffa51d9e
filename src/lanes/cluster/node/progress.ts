import type { BullJob } from "../bullmq.ts";
import { encode } from "../wire/codec.ts";

/** The most reports of a task on their way; of further ones only the last is sent. */
const MAX_UNDER_WAY = 64;

/** Sends what a job's task reports of itself. Without an answer the next is sent all the same: they stay in order. */
export class ProgressReports {
  readonly #job: BullJob;
  #underWay = 0;
  #last: { readonly data: unknown } | undefined;

  constructor(job: BullJob) {
    this.#job = job;
  }

  add(data: unknown): void {
    if (this.#underWay >= MAX_UNDER_WAY) this.#last = { data };
    else this.#send(data);
  }

  #send(data: unknown): void {
    this.#underWay++;
    this.#job.updateProgress(encodeProgress(data)).then(() => this.#sent(), () => this.#sent());
  }

  #sent(): void {
    this.#underWay--;
    const last = this.#last;
    this.#last = undefined;
    if (last !== undefined) this.#send(last.data);
  }
}

/** A number is what viewers show as a bar. */
function encodeProgress(data: unknown): unknown {
  if (typeof data === "number" && Number.isFinite(data)) return data;
  try {
    return { trilane: encode(data) };
  } catch {
    return { trilane: encode("Progress that can't be sent") };
  }
}
