/**
 * What is in a page's source.
 *
 * @module
 */
import { readRun, type Run } from "../../../src/report/client/run.ts";
import type { PageData } from "../../../src/report/page_data.ts";

/** The data of a page. */
export function dataOf(html: string): PageData {
  return JSON.parse(
    html.match(/<script type="application\/json" id="data">([^<]*)<\/script>/)![1]!,
  );
}

/** The tasks of a page, as its script reads them. */
export function runOf(html: string): Run {
  return readRun(dataOf(html));
}
