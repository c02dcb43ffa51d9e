import { style } from "./style.ts";

/** What a page of its own is made of. */
export interface DocumentParts {
  readonly title: string;
  /** What the page may load and connect to, beside its own scripts and styles. */
  readonly policy?: readonly string[];
  /** Markup. */
  readonly body: string;
  /** Plain data, for the script. */
  readonly data?: unknown;
  readonly script: string;
}

/**
 * Makes a page that loads nothing: what it needs is in it.
 *
 * @param parts What it is made of.
 * @returns The page's source.
 */
export function htmlDocument({ title, policy = [], body, data, script }: DocumentParts): string {
  const content = [
    ...["default-src 'none'", "script-src 'unsafe-inline'", "style-src 'unsafe-inline'"],
    ...["base-uri 'none'", "form-action 'none'", ...policy],
  ].join("; ");
  const source = data === undefined
    ? ""
    : `<script type="application/json" id="data">${embed(data)}</script>\n`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${content}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(title)}</title>
<style>${style}</style>
</head>
<body>
${body}
${source}<script>${script}</script>
</body>
</html>
`;
}

/** Text as it may stand in markup. */
export function escaped(text: string): string {
  return text.replace(/[<>&"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/**
 * Data as it may stand in a script element: no text in it can end the element, or be anything but data.
 *
 * @param data What JSON can hold.
 * @returns Its source.
 */
export function embed(data: unknown): string {
  return JSON.stringify(data).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** The section of a timeline. `extra` is more for its bar. */
export const timelineSection = (extra = ""): string =>
  /* html */ `<section id="timeline" aria-labelledby="timeline-heading" hidden>
  <div class="head">
    <h2 id="timeline-heading">Timeline</h2>
    <span class="buttons">${extra}
      <label id="color-choice" hidden>Color by <select id="color-by"><option value="status">outcome</option><option value="name">name</option></select></label>
      <button type="button" id="zoom-out" aria-label="Zoom out">−</button>
      <button type="button" id="zoom-in" aria-label="Zoom in">+</button>
      <button type="button" id="zoom-all">Show all</button>
    </span>
  </div>
  <div class="legend" id="legend-statuses">
    <span><span class="swatch succeeded"></span>succeeded</span>
    <span><span class="swatch failed"></span>failed</span>
    <span><span class="swatch retried"></span>failed, then retried</span>
    <span><span class="swatch cancelled"></span>cancelled</span>
    <span id="legend-running" hidden><span class="swatch running"></span>running</span>
    <span id="legend-several" hidden><span class="swatch several"></span>several short ones</span>
  </div>
  <div class="legend" id="legend-names" hidden></div>
  <div id="timeline-frame">
    <div id="timeline-box">
      <canvas id="canvas" tabindex="0" role="application" aria-label="Timeline of attempts by worker" aria-describedby="timeline-help"></canvas>
      <div id="timeline-space"></div>
    </div>
    <div id="tooltip" role="status" hidden></div>
  </div>
  <p class="note" id="left-out" hidden></p>
  <p class="note keys" id="timeline-help">Wheel or pinch zooms, dragging moves. Keys: <kbd>+</kbd> <kbd>-</kbd> <kbd>0</kbd> zoom, <kbd>←</kbd> <kbd>→</kbd> move, <kbd>n</kbd> <kbd>p</kbd> go to the next and the previous attempt.</p>
</section>`;

/** The section of a table that a script fills. */
export const tableSection = (id: string, heading: string, more = ""): string =>
  /* html */ `<section id="${id}" aria-labelledby="${id}-heading" hidden>
  <h2 id="${id}-heading">${heading}</h2>
  <div class="scroll" tabindex="0" role="region" aria-labelledby="${id}-heading"><table id="${id}-table"><thead></thead><tbody></tbody></table></div>${more}
</section>`;

/** The section of the causes of something. */
export const causesSection = (id: string, heading: string): string =>
  /* html */ `<section id="${id}" class="causes" aria-labelledby="${id}-heading" hidden>
  <h2 id="${id}-heading">${heading}</h2>
  <div id="${id}-list"></div>
</section>`;

/** The sections of what happened over time. */
export const chartSections = (ended: string): string =>
  /* html */ `<section id="throughput" aria-labelledby="throughput-heading" hidden>
  <h2 id="throughput-heading">${ended}</h2>
  <p class="most">At most <span id="throughput-most"></span></p>
  <div class="chart"><svg id="throughput-chart" role="img" preserveAspectRatio="none"></svg></div>
  <div class="ends" aria-hidden="true"><span class="chart-start">0</span><span class="chart-end"></span></div>
</section>
<section id="levels" aria-labelledby="levels-heading" hidden>
  <h2 id="levels-heading">Waiting and running</h2>
  <p class="most">Waiting, at most <span id="waiting-most"></span></p>
  <div class="chart half"><svg id="waiting-chart" role="img" preserveAspectRatio="none"></svg></div>
  <p class="most">Running, at most <span id="running-most"></span></p>
  <div class="chart half"><svg id="running-chart" role="img" preserveAspectRatio="none"></svg></div>
  <div class="ends" aria-hidden="true"><span class="chart-start">0</span><span class="chart-end"></span></div>
</section>`;
