import { Claims } from "../pool/claims.ts";
import { Journal } from "../pool/journal.ts";
import {
  createMapped,
  type MappedMemory,
  openMapped,
  removeMapped,
} from "../runtime/mapped_memory.ts";

/** So many bytes are more than either takes. */
const SIZES = [16_384, 16_384];

/**
 * Claims and journal in memory that a child maps too, where the runtime can map any. With it a process can be sent
 * tasks ahead just as a thread can.
 */
export class SharedState {
  readonly claims: Claims;
  readonly journal: Journal;
  /** The file that the child maps. */
  readonly path: string;
  #removed = false;

  private constructor({ path, pieces }: MappedMemory) {
    // `Atomics` work on it, which is all that is asked of it; the type says that it came from elsewhere.
    const [claims, journal] = pieces as unknown as SharedArrayBuffer[];
    this.claims = new Claims(claims);
    this.journal = new Journal(journal);
    this.path = path;
  }

  /** @throws When the file can't be made. */
  static create(): SharedState {
    return new SharedState(createMapped(SIZES));
  }

  /** The child's side. */
  static open(path: string): SharedState {
    return new SharedState({ path, pieces: openMapped(path, SIZES) });
  }

  /** Removes the file, which is no longer needed once the child has mapped it. */
  remove(): void {
    if (this.#removed) return;
    this.#removed = true;
    removeMapped(this.path);
  }
}
