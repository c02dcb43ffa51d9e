/** How inputs end. */
export interface LineEnd {
  /** The character: a line feed or NUL. */
  readonly mark: "\n" | "\0";
  /** Whether a carriage return before it belongs to it. */
  readonly withReturn: boolean;
}

/** Lines as text files have them. */
export const LINE_FEED: LineEnd = { mark: "\n", withReturn: true };

/**
 * Makes lines of bytes that come in pieces; the last may lack its end. Bytes that aren't UTF-8 become U+FFFD, and a byte
 * order mark at the start is left out.
 */
export class LineSplitter {
  readonly #decoder = new TextDecoder();
  readonly #end: LineEnd;
  /** The pieces of the line whose end has not come: joined once, so that a long line takes linear time. */
  #rest: string[] = [];

  /** @param end How lines end. */
  constructor(end: LineEnd = LINE_FEED) {
    this.#end = end;
  }

  /**
   * Takes a piece.
   *
   * @param bytes The piece.
   * @returns The lines that it has ended.
   */
  push(bytes: Uint8Array): string[] {
    return this.#split(this.#decoder.decode(bytes, { stream: true }));
  }

  /**
   * Takes the end.
   *
   * @returns The last line, if it lacks its end.
   */
  end(): string[] {
    const lines = this.#split(this.#decoder.decode());
    const rest = this.#rest.join("");
    return rest === "" ? lines : [...lines, this.#line(rest)];
  }

  #split(text: string): string[] {
    const lines = text.split(this.#end.mark);
    this.#rest.push(lines.pop()!);
    if (lines.length === 0) return lines;
    const last = this.#rest.pop()!;
    lines[0] = this.#rest.join("") + lines[0];
    this.#rest = [last];
    return lines.map((line) => this.#line(line));
  }

  #line(line: string): string {
    return this.#end.withReturn && line.endsWith("\r") ? line.slice(0, -1) : line;
  }
}
