import { printableLines } from "../../base/printable.ts";

/**
 * Makes what cleans a stream that may go to a terminal.
 *
 * @returns Takes a piece, text or bytes of UTF-8, and gives text that can do nothing there.
 */
export function cleaner(): (data: string | Uint8Array) => string {
  const decoder = new TextDecoder();
  return (data) => {
    return printableLines(typeof data === "string" ? data : decoder.decode(data, { stream: true }));
  };
}
