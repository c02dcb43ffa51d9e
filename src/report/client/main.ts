/** Puts the page together when it is opened. */
export const main = /* js */ `
const data = JSON.parse(byId("data").textContent);

fillHeader(data);
fillTotals(data);
fillLatency(data.latency);
fillThroughput(data);
fillWorkers(data);

let timeline = null;
if (data.rows.length > 0 && data.span > 0) {
  reveal("timeline");
  timeline = createTimeline(data, createTooltip());
  controlTimeline(timeline, data.span);
  controlTheme(timeline.readColors);
  timeline.readColors();
  new ResizeObserver(timeline.resize).observe(byId("timeline-box"));
  if (data.blocks.row.length > 0) {
    byId("left-out").textContent = "Drawn one by one: the " + formatCount(data.attempts.row.length) +
      " attempts that did not succeed or ran the longest. The others are put together.";
    reveal("left-out");
    document.querySelector(".swatch.several").parentElement.hidden = false;
  }
} else {
  controlTheme(() => {});
}

fillSlowest(data, timeline);
fillCauses("failures", data.failures, data.moreFailures, timeline);
fillCauses("cancellations", data.cancellations, data.moreCancellations, timeline);
`;
