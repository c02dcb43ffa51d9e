/**
 * Makes lines of bytes that come in pieces. Lines end with `\n` or `\r\n`; the last may lack that. Bytes that aren't
 * UTF-8 become U+FFFD, and a byte order mark at the start is left out.
 */
export class LineSplitter {
  readonly #decoder = new TextDecoder();
  /** The line whose end has not come. */
  #rest = "";

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
    return this.#rest === "" ? lines : [...lines, withoutReturn(this.#rest)];
  }

  #split(text: string): string[] {
    const lines = text.split("\n");
    lines[0] = this.#rest + lines[0];
    this.#rest = lines.pop()!;
    return lines.map(withoutReturn);
  }
}

function withoutReturn(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}
