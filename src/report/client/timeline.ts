/** The page's timeline: a canvas that is drawn anew whenever something changes, only as far as it can be seen. */
export const timeline = /* js */ `
const AXIS = 28;
const MAX_HEIGHT = 480;

// Columns of items that are sorted by row: where each row's items begin, and where the last one's end.
function rowOffsets(rows, count) {
  return Array.from({ length: count + 1 }, (_, row) => firstIndex(0, rows.length, (i) => rows[i] >= row));
}

function createTimeline(data, tooltip) {
  const { attempts, blocks, rows, tasks, names, statuses } = data;
  const canvas = byId("canvas");
  const box = byId("timeline-box");
  const context = canvas.getContext("2d");
  const view = createView(data.span);
  const attemptsOfRow = rowOffsets(attempts.row, rows.length);
  const blocksOfRow = rowOffsets(blocks.row, rows.length);
  const taskOfId = new Map(tasks.id.map((id, task) => [id, task]));
  const rowHeight = Math.max(13, Math.min(28, Math.floor((MAX_HEIGHT - AXIS) / rows.length)));
  const height = Math.min(MAX_HEIGHT, AXIS + rows.length * rowHeight);
  let width = 0;
  let gutter = 0;
  let colors = {};
  // What is pointed at: { attempt } or { block }, an index in the columns.
  let active = null;
  let requested = false;

  const xOf = (time) => gutter + (time - view.from) / (view.to - view.from) * (width - gutter);
  const timeAt = (x) => view.from + (x - gutter) / (width - gutter) * (view.to - view.from);
  const yOf = (row) => AXIS + row * rowHeight - box.scrollTop;

  function redraw() {
    if (requested) return;
    requested = true;
    requestAnimationFrame(() => {
      requested = false;
      draw();
    });
  }

  function resize() {
    width = box.clientWidth;
    gutter = width < 600 ? 34 : 92;
    const scale = window.devicePixelRatio || 1;
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    canvas.style.height = height + "px";
    byId("timeline-space").style.height = AXIS + rows.length * rowHeight - height + "px";
    context.setTransform(scale, 0, 0, scale, 0, 0);
    redraw();
  }

  function readColors() {
    const { color: text, backgroundColor: card, borderTopColor: line } = getComputedStyle(canvas);
    colors = { text, card, line, muted: getComputedStyle(box).color };
    for (const name of [...statuses, "several"]) {
      colors[name] = getComputedStyle(document.querySelector(".swatch." + name)).backgroundColor;
    }
    redraw();
  }

  function draw() {
    context.clearRect(0, 0, width, height);
    context.font = "11px system-ui, sans-serif";
    context.textBaseline = "middle";
    const first = Math.floor(box.scrollTop / rowHeight);
    const last = Math.min(rows.length - 1, Math.floor((box.scrollTop + height - AXIS) / rowHeight));
    const ticks = drawGrid();
    context.save();
    context.beginPath();
    context.rect(gutter, AXIS, width - gutter, height - AXIS);
    context.clip();
    for (let row = first; row <= last; row++) {
      drawBlocks(row);
      drawAttempts(row);
    }
    if (active !== null) drawActive();
    context.restore();
    drawGutter(first, last);
    drawAxis(ticks);
  }

  function drawGrid() {
    const step = tickStep(view.from, view.to, Math.max(2, (width - gutter) / 90));
    const ticks = [];
    for (let n = Math.ceil(view.from / step - 1e-9); n * step <= view.to; n++) ticks.push(n * step);
    context.fillStyle = colors.line;
    for (const tick of ticks) context.fillRect(Math.round(xOf(tick)), AXIS, 1, height - AXIS);
    return { step, ticks };
  }

  function drawBlocks(row) {
    const top = yOf(row) + 2;
    const end = blocksOfRow[row + 1];
    context.fillStyle = colors.several;
    for (let i = firstIndex(blocksOfRow[row], end, (i) => blocks.to[i] >= view.from); i < end; i++) {
      if (blocks.from[i] > view.to) break;
      const from = xOf(blocks.from[i]);
      context.fillRect(from, top, Math.max(1, xOf(blocks.to[i]) - from), rowHeight - 4);
    }
  }

  function drawAttempts(row) {
    const top = yOf(row) + 2;
    const end = attemptsOfRow[row + 1];
    let filledTo = -1;
    let worst = 0;
    let color = -1;
    for (let i = firstIndex(attemptsOfRow[row], end, (i) => attempts.to[i] >= view.from); i < end; i++) {
      if (attempts.from[i] > view.to) break;
      const status = attempts.status[i];
      const from = Math.max(gutter - 4, xOf(attempts.from[i]));
      const to = Math.min(width + 4, Math.max(from + 1, xOf(attempts.to[i])));
      // What would only fill pixels again is left out, unless it should be seen among the others.
      if (to <= filledTo + 0.5 && (status === 0 || status === worst)) continue;
      if (Math.floor(from) > filledTo) worst = 0;
      if (status !== 0) worst = status;
      filledTo = Math.max(filledTo, to);
      if (status !== color) context.fillStyle = colors[statuses[color = status]];
      const wide = to - from;
      context.fillRect(from, top, wide > 4 ? wide - 1 : wide, rowHeight - 4);
      if (wide > 36 && rowHeight >= 15) {
        drawLabel(names[tasks.name[attempts.task[i]]], from, to, top + rowHeight / 2 - 2);
        color = -1;
      }
    }
  }

  function drawLabel(name, from, to, middle) {
    const start = Math.max(from, gutter) + 5;
    const fits = Math.floor((Math.min(to, width) - start - 5) / 6.2);
    if (fits < 3) return;
    context.fillStyle = "#fff";
    context.fillText(name.length <= fits ? name : name.slice(0, fits - 1) + "…", start, middle);
  }

  // A task's attempts that are drawn, in their order, which is not that of the rows.
  function attemptsOf(task) {
    const own = [];
    attempts.task.forEach((other, i) => {
      if (other === task) own.push(i);
    });
    return own.sort((a, b) => attempts.number[a] - attempts.number[b]);
  }

  // A frame around all attempts of the task that is pointed at, and a line for the time that it waited.
  function drawActive() {
    context.strokeStyle = context.fillStyle = colors.text;
    context.lineWidth = 1.5;
    const items = active.attempt === undefined ? [[blocks, active.block]] : [];
    if (active.attempt !== undefined) {
      const task = attempts.task[active.attempt];
      const own = attemptsOf(task);
      items.push(...own.map((i) => [attempts, i]));
      const [i] = own;
      const from = Math.max(xOf(tasks.createdAt[task]), gutter);
      const to = xOf(attempts.from[i]);
      const bottom = yOf(attempts.row[i]) + rowHeight - 1;
      if (to - from > 2) {
        context.fillRect(from, bottom - 1, to - from, 2);
        context.fillRect(from, bottom - 5, 2, 6);
      }
    }
    for (const [columns, i] of items) {
      const from = xOf(columns.from[i]);
      const wide = Math.max(2, xOf(columns.to[i]) - from);
      context.strokeRect(from - 0.5, yOf(columns.row[i]) + 1.5, wide, rowHeight - 3);
    }
  }

  function drawGutter(first, last) {
    context.fillStyle = colors.card;
    context.fillRect(0, AXIS, gutter, height - AXIS);
    context.fillStyle = colors.muted;
    for (let row = first; row <= last; row++) {
      const name = gutter < 60 ? rows[row].replace(/^\\D+/, "") : rows[row];
      context.fillText(name, 4, yOf(row) + rowHeight / 2);
    }
  }

  function drawAxis({ step, ticks }) {
    context.fillStyle = colors.card;
    context.fillRect(0, 0, width, AXIS);
    context.fillStyle = colors.line;
    context.fillRect(gutter, AXIS - 1, width - gutter, 1);
    if (view.to - view.from < data.span) {
      // Which part of the whole is shown.
      const scale = (width - gutter) / data.span;
      context.fillRect(gutter, 0, width - gutter, 3);
      context.fillStyle = colors.muted;
      context.fillRect(gutter + view.from * scale, 0, Math.max(4, (view.to - view.from) * scale), 3);
    }
    context.fillStyle = colors.muted;
    for (const tick of ticks) {
      const text = formatTick(tick, step);
      const x = xOf(tick) + 4;
      if (x + context.measureText(text).width <= width) context.fillText(text, x, AXIS / 2 + 2);
    }
  }

  // What is at a place of the canvas or at most 3 pixels beside it.
  function itemAt(x, y) {
    const row = Math.floor((y - AXIS + box.scrollTop) / rowHeight);
    if (x < gutter || y < AXIS || row < 0 || row >= rows.length) return null;
    const time = timeAt(x);
    const slack = timeAt(x + 3) - time;
    const nearest = (columns, offsets) => {
      const end = offsets[row + 1];
      let best = -1;
      let bestDistance = slack;
      for (let i = firstIndex(offsets[row], end, (i) => columns.to[i] >= time - slack); i < end; i++) {
        if (columns.from[i] > time + slack) break;
        const distance = Math.max(0, columns.from[i] - time, time - columns.to[i]);
        if (distance < bestDistance || best < 0) {
          best = i;
          bestDistance = distance;
        }
      }
      return best;
    };
    const attempt = nearest(attempts, attemptsOfRow);
    if (attempt >= 0) return { attempt };
    const block = nearest(blocks, blocksOfRow);
    return block >= 0 ? { block } : null;
  }

  function point(item, x, y) {
    active = item;
    if (item === null) tooltip.hide();
    else tooltip.show(describe(item), x, y);
    redraw();
  }

  function describe(item) {
    if (item.block !== undefined) {
      const i = item.block;
      return {
        title: plural(blocks.count[i], "attempt"),
        facts: [
          ["Worker", rows[blocks.row[i]].replace("Worker ", "")],
          ["From", formatTime(blocks.from[i])],
          ["To", formatTime(blocks.to[i])],
          ["Busy", formatShare(blocks.busy[i] / Math.max(1e-9, blocks.to[i] - blocks.from[i]))],
        ],
        message: "Short ones, drawn as one.",
      };
    }
    const i = item.attempt;
    const task = attempts.task[i];
    const of = tasks.attempts[task];
    return {
      title: names[tasks.name[task]],
      status: statuses[attempts.status[i]],
      facts: [
        ["Task", tasks.id[task]],
        ...of > 1 ? [["Attempt", attempts.number[i] + " of " + of]] : [],
        ["Worker", rows[attempts.row[i]].replace("Worker ", "")],
        ["Priority", String(tasks.priority[task])],
        ["Waited", formatTime(tasks.waited[task])],
        ["Started", formatTick(attempts.from[i], tickStep(view.from, view.to, 1000))],
        ["Ran", formatTime(attempts.to[i] - attempts.from[i])],
      ],
      message: attempts.message[i] < 0 ? "" : data.messages[attempts.message[i]],
    };
  }

  // Brings an attempt into view and points at it.
  function pointOut(attempt) {
    const from = attempts.from[attempt];
    const to = attempts.to[attempt];
    const wide = view.to - view.from;
    if (from < view.from || to > view.to) {
      const middle = (from + to) / 2;
      view.show(middle - Math.max(wide, to - from) / 2, middle + Math.max(wide, to - from) / 2);
    }
    const top = attempts.row[attempt] * rowHeight;
    if (top < box.scrollTop || top + rowHeight > box.scrollTop + height - AXIS) {
      box.scrollTop = top - (height - AXIS) / 2;
    }
    const x = Math.max(gutter, Math.min(width, xOf((from + to) / 2)));
    point({ attempt }, x, yOf(attempts.row[attempt]) + rowHeight);
  }

  function step(by) {
    const { attempt = by > 0 ? -1 : attempts.row.length } = active || {};
    const next = attempt + by;
    if (next >= 0 && next < attempts.row.length) pointOut(next);
  }

  return {
    view,
    redraw,
    resize,
    readColors,
    itemAt,
    point,
    step,
    timeAt,
    perPixel: () => (view.to - view.from) / (width - gutter),
    // Shows the attempts of a task, with some of what was before and after.
    showTask(id) {
      const task = taskOfId.get(id);
      const own = attemptsOf(task);
      const from = Math.min(...own.map((i) => attempts.from[i]));
      const to = Math.max(...own.map((i) => attempts.to[i]));
      const margin = Math.max((to - from) * 0.75, data.span / 2000);
      view.show(from - margin, to + margin);
      byId("timeline").scrollIntoView({ block: "start" });
      canvas.focus({ preventScroll: true });
      pointOut(own[own.length - 1]);
    },
    has: (id) => taskOfId.has(id),
  };
}
`;
