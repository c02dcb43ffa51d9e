import {
  causesSection,
  chartSections,
  htmlDocument,
  tableSection,
  timelineSection,
} from "../report/document.ts";
import { client } from "./client.generated.ts";

/**
 * Makes the dashboard's page.
 *
 * @param labels What the queues are called.
 * @returns Its source.
 */
export function dashboardPage(labels: readonly string[]): string {
  return htmlDocument({
    title: labels.length === 1 ? `${labels[0]} – Trilane` : "Trilane",
    policy: ["connect-src 'self'"],
    ...{ body, script: client },
  });
}

const NOTE = "Tasks wait from their submission, or from when they are due, to their first start.";

const body = /* html */ `<div class="frame">
<header>
  <h1 id="title">Trilane</h1>
  <span id="connection" role="status"><span class="verdict cancelled">Connecting</span></span>
  <span class="buttons">
    <button id="pause" type="button" aria-pressed="false">Pause</button>
    <button id="theme" type="button" aria-label="Switch between dark and light">◐</button>
  </span>
  <p id="subtitle"></p>
</header>
<main>
<noscript><p>This page shows its figures by a script, which is turned off here.</p></noscript>
<p id="missing" hidden></p>
${tableSection("queues", "Queues")}
<section aria-labelledby="totals-heading">
  <h2 id="totals-heading">Now</h2>
  <dl id="figures"></dl>
  <div id="shares" aria-hidden="true"></div>
</section>
<div class="pair">
${chartSections("Tasks ended by second")}
</div>
${timelineSection()}
<div class="pair">
${causesSection("failures", "Failures by cause")}
${causesSection("retries", "Retries by cause")}
</div>
${causesSection("cancellations", "Cancellations by cause")}
<div class="pair">
${tableSection("running", "Running the longest")}
${tableSection("keys", "Waiting by key")}
</div>
${tableSection("kinds", "By name")}
${tableSection("latency", "Latency", `<p class="note">${NOTE}</p>`)}
</main>
</div>`;
