import { NAME_COLORS, OTHER_COLOR } from "./colors.ts";

const nameColors = [...NAME_COLORS.entries(), ["other", OTHER_COLOR] as const]
  .map(([name, color]) =>
    `.name-${name}.swatch, .name-${name}.named::before { background: ${color}; }`
  )
  .join("\n");

/** How pages look: dark or light as the system says, and on any width. */
export const style = /* css */ `
:root {
  color-scheme: light dark;
  --page: light-dark(#f5f6f8, #0f1215);
  --card: light-dark(#fff, #171b20);
  --line: light-dark(#e3e6eb, #2a3038);
  --text: light-dark(#1b2027, #e7eaee);
  --muted: light-dark(#5b6571, #9ba6b3);
  --accent: light-dark(#1f5fa8, #7fb2ee);
  --succeeded: light-dark(#257e6d, #27806f);
  --failed: light-dark(#c93a3f, #cf4247);
  --cancelled: #6a7480;
  --retried: light-dark(#a36206, #a5670f);
  --several: light-dark(#9fcdc4, #264d46);
  --running: light-dark(#2f6db3, #3a76bb);
  --waiting: light-dark(#a8b3c1, #4b5865);
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
body {
  margin: 0;
  background: var(--page);
  color: var(--text);
  font: 14px/1.5 system-ui, sans-serif;
  font-variant-numeric: tabular-nums;
}
.frame { max-width: 1160px; margin: 0 auto; padding: 28px 20px 48px; }
header { display: flex; flex-wrap: wrap; align-items: center; gap: 6px 14px; margin-bottom: 20px; }
h1 { min-width: 0; overflow-wrap: anywhere; unicode-bidi: isolate; font-size: 22px; line-height: 1.3; font-weight: 650; margin: 0; }
h2 { font-size: 15px; line-height: 1.4; font-weight: 600; margin: 0 0 12px; }
#subtitle { flex-basis: 100%; margin: 0; color: var(--muted); }
#details { flex-basis: 100%; display: flex; flex-wrap: wrap; gap: 2px 22px; margin: 0; font-size: 13px; }
#details div { display: flex; gap: 7px; min-width: 0; }
#details dt { color: var(--muted); }
#details dd { margin: 0; overflow-wrap: anywhere; unicode-bidi: isolate; min-width: 0; }
header > #theme { margin-left: auto; }
section {
  background: var(--card);
  border: 1px solid var(--line);
  border-radius: 10px;
  padding: 16px 18px 18px;
  margin-bottom: 16px;
  min-width: 0;
}
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); gap: 0 16px; align-items: start; }
.note { color: var(--muted); margin: 12px 0 0; }
#missing { margin: 0 0 16px; padding: 10px 14px; border-left: 3px solid var(--retried); background: var(--card); color: var(--text); }

button {
  font: inherit;
  color: var(--text);
  background: var(--card);
  border: 1px solid var(--line);
  border-radius: 6px;
  padding: 3px 10px;
  cursor: pointer;
}
button:disabled { color: var(--muted); cursor: default; opacity: 0.75; }
input, select { font: inherit; color: var(--text); background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: 3px 8px; min-width: 0; }
label { color: var(--muted); }
button:hover:enabled, select:hover { border-color: var(--muted); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }

.verdict { display: inline-block; border-radius: 99px; padding: 2px 11px; font-weight: 600; font-size: 13px; color: #fff; }
.verdict.succeeded { background: light-dark(#23735f, #237564); }
.verdict.failed { background: light-dark(#b93036, #b53a3f); }
.verdict.cancelled { background: #5d6772; }
.status { white-space: nowrap; }
.status::before, .named::before, .swatch {
  content: "";
  display: inline-block;
  width: 9px;
  height: 9px;
  border-radius: 3px;
  margin-right: 6px;
}
.succeeded:is(.fill, .swatch), .status.succeeded::before { background: var(--succeeded); fill: var(--succeeded); }
.failed:is(.fill, .swatch), .status.failed::before { background: var(--failed); fill: var(--failed); }
.cancelled:is(.fill, .swatch), .status.cancelled::before { background: var(--cancelled); fill: var(--cancelled); }
.retried:is(.fill, .swatch), .status.retried::before { background: var(--retried); fill: var(--retried); }
.several.swatch { background: var(--several); }
.running.swatch { background: var(--running); }
.level.running { fill: var(--running); }
.level.waiting { fill: var(--waiting); }
${nameColors}

#figures { display: flex; flex-wrap: wrap; gap: 14px 20px; margin: 0; }
.figure { min-width: 96px; }
.figure dt { color: var(--muted); font-size: 13px; }
.figure dd { margin: 0; font-size: 22px; line-height: 1.3; font-weight: 600; letter-spacing: -0.01em; }
#shares { display: flex; gap: 2px; height: 6px; margin-top: 16px; border-radius: 3px; overflow: hidden; background: var(--line); }
#shares .fill { min-width: 3px; }

.scroll { overflow-x: auto; }
#workers .scroll { max-height: 420px; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: 6px 14px 6px 0; border-top: 1px solid var(--line); vertical-align: top; }
th { font-weight: 400; white-space: nowrap; }
th .task { white-space: normal; min-width: 130px; }
thead th { color: var(--muted); font-size: 13px; border: 0; padding-top: 0; white-space: nowrap; position: sticky; top: 0; background: var(--card); }
.number { text-align: right; white-space: nowrap; }
.number:last-child { padding-right: 0; }
.wide { width: 45%; min-width: 150px; }
.details { width: 30%; min-width: 280px; }
.meter { display: flex; align-items: center; gap: 10px; min-width: 120px; }
.track { flex: 1; height: 8px; border-radius: 4px; background: var(--line); overflow: hidden; }
.load { display: block; height: 100%; background: var(--accent); }
.share { width: 4em; text-align: right; }

.task { display: inline-flex; flex-wrap: wrap; gap: 0 10px; align-items: baseline; min-width: 0; }
.name, .id, .message, .cause, details p span, pre { unicode-bidi: isolate; overflow-wrap: anywhere; }
button.name { border: 0; padding: 0; background: none; color: var(--accent); text-align: left; }
button.name:hover { text-decoration: underline; }
.id { color: var(--muted); font-size: 12.5px; }
.kind { display: flex; align-items: baseline; min-width: 0; }
.kind .swatch { flex: none; }
button.sort { border: 0; padding: 0; background: none; color: inherit; font-size: 13px; }
button.sort:hover { color: var(--text); }
th[aria-sort] button.sort { color: var(--text); font-weight: 600; }
th[aria-sort="ascending"] button.sort::after { content: " ↑"; }
th[aria-sort="descending"] button.sort::after { content: " ↓"; }
button.choice { overflow-wrap: anywhere; }
button.choice[aria-pressed="true"] { color: var(--text); font-weight: 650; }
button.choice { overflow-wrap: anywhere; }
button.choice[aria-pressed="true"]::before { content: "● "; color: var(--accent); }
.note-in { margin-left: 8px; overflow-wrap: anywhere; }
.note-in:empty { display: none; }
#search { width: 15em; max-width: 100%; }
#filter { display: flex; align-items: baseline; gap: 8px; margin: 0 0 10px; }
#filter-text { overflow-wrap: anywhere; unicode-bidi: isolate; display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; }
.pages { display: flex; flex-wrap: wrap; align-items: center; gap: 8px; margin-top: 12px; }
#found { margin-right: auto; color: var(--muted); }
td .message { max-height: 6.2em; overflow: auto; font-size: 13px; color: var(--muted); white-space: pre-line; }

.chart { position: relative; }
.chart svg { display: block; width: 100%; height: 132px; border-bottom: 1px solid var(--line); }
.chart.half svg { height: 50px; }
.chart + .most { margin-top: 8px; }
.chart .hit { fill: var(--line); }
.chart path { pointer-events: none; }
.ends { display: flex; justify-content: space-between; color: var(--muted); font-size: 12px; margin-top: 4px; }
.most { color: var(--muted); font-size: 12px; margin: -6px 0 6px; }

.head { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 16px; margin-bottom: 10px; }
.head h2 { margin: 0; }
.buttons { display: flex; flex-wrap: wrap; align-items: center; gap: 6px; margin-left: auto; min-width: 0; }
.buttons button { min-width: 32px; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 16px; margin-bottom: 10px; font-size: 13px; color: var(--muted); }
.legend > span { overflow-wrap: anywhere; min-width: 0; unicode-bidi: isolate; }
#timeline, #tasks { scroll-margin-top: 8px; }
#timeline-frame { position: relative; }
/* The canvas draws with the colors of these elements. */
#timeline-box { overflow: hidden auto; max-height: 480px; color: var(--muted); }
#canvas { color: var(--text); background: var(--card); border-color: var(--line); display: block; position: sticky; top: 0; width: 100%; touch-action: pan-y; cursor: grab; border-radius: 4px; }
#canvas:active { cursor: grabbing; }
#canvas:focus-visible { outline-offset: -2px; }
#tooltip {
  position: absolute;
  z-index: 1;
  width: max-content;
  max-width: min(360px, 90%);
  padding: 9px 12px;
  pointer-events: none;
  background: var(--card);
  border: 1px solid var(--line);
  border-radius: 8px;
  box-shadow: 0 6px 20px rgb(0 0 0 / 18%);
  font-size: 13px;
}
#tooltip strong { margin-right: 10px; overflow-wrap: anywhere; unicode-bidi: isolate; }
#tooltip dl { display: grid; grid-template-columns: auto 1fr; gap: 0 12px; margin: 4px 0 0; }
#tooltip dt { color: var(--muted); }
#tooltip dd { margin: 0; overflow-wrap: anywhere; }
#tooltip p { margin: 6px 0 0; white-space: pre-line; display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 6; overflow: hidden; }
kbd { font: 12px ui-monospace, monospace; border: 1px solid var(--line); border-radius: 4px; padding: 0 4px; }

details { border-top: 1px solid var(--line); padding: 8px 0; }
details:first-child { border-top: 0; }
summary { display: flex; align-items: baseline; gap: 12px; cursor: pointer; }
summary::before { content: "▸"; color: var(--muted); transition: rotate 120ms; }
details[open] > summary::before { rotate: 90deg; }
summary::-webkit-details-marker { display: none; }
.count { min-width: 3.5em; text-align: right; font-weight: 600; white-space: nowrap; }
.cause { white-space: pre-line; max-height: 9em; overflow: auto; min-width: 0; }
details p { margin: 8px 0 0; color: var(--muted); display: flex; flex-wrap: wrap; gap: 0 10px; align-items: baseline; }
pre {
  margin: 8px 0 0;
  padding: 10px 12px;
  max-height: 320px;
  overflow: auto;
  background: var(--page);
  border-radius: 6px;
  font: 12px/1.5 ui-monospace, monospace;
  white-space: pre-wrap;
}

@media (max-width: 560px) {
  .frame { padding: 16px 10px 32px; }
  section { padding: 14px 12px; border-radius: 8px; }
  #figures { gap: 14px 10px; }
  .figure { min-width: 92px; }
  .figure dd { font-size: 19px; }
  table { font-size: 13px; }
  .note-in { display: block; margin: 0; }
  th, td { padding-right: 8px; }
  .keys { display: none; }
}
@media (prefers-reduced-motion: reduce) { * { transition: none !important; } }
@media print {
  @page { margin: 14mm; }
  body { font-size: 11px; background: none; }
  .frame { max-width: none; padding: 0; }
  section { break-inside: avoid; }
  #tasks, .causes { break-inside: auto; }
  tr, details { break-inside: avoid; }
  .scroll, pre, .cause, td .message { overflow: visible !important; max-height: none !important; }
  #canvas { height: auto !important; }
  #details, .figure dt, .id, details p, thead th, pre, td .message { font-size: 11px; }
  #theme, .buttons, .keys, .pages button, button.name::after, details p button { display: none !important; }
  * { print-color-adjust: exact; }
}
`;
