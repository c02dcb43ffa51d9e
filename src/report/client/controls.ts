/** What the page does on wheel, pointer, key and button, and its tooltip. */
export const controls = /* js */ `
function createTooltip() {
  const tip = byId("tooltip");
  const frame = byId("timeline-frame");
  return {
    show({ title, status: name, facts, message }, x, y) {
      const list = element("dl", "", ...facts.flatMap(([label, value]) =>
        [element("dt", "", label), element("dd", "", value)]
      ));
      tip.replaceChildren(element("strong", "", title));
      if (name !== undefined) tip.append(" ", status(name));
      tip.append(list);
      if (message !== "") tip.append(element("p", "message", message));
      tip.hidden = false;
      const left = x + tip.offsetWidth + 24 > frame.clientWidth ? x - tip.offsetWidth - 12 : x + 14;
      tip.style.left = Math.max(4, Math.min(left, frame.clientWidth - tip.offsetWidth - 4)) + "px";
      tip.style.top = y + 14 + "px";
    },
    hide() {
      tip.hidden = true;
    },
  };
}

function controlTimeline(timeline, length) {
  const { view } = timeline;
  const canvas = byId("canvas");
  const box = byId("timeline-box");
  // The pointers that are down, by id, with the place that they were last at.
  const pointers = new Map();

  function zoomed(factor, fixed = (view.from + view.to) / 2) {
    view.zoom(factor, fixed);
    moved();
  }

  function moved() {
    timeline.point(null);
  }

  canvas.addEventListener("wheel", (event) => {
    const sideways = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
    const whole = view.to - view.from >= length;
    // The page goes on scrolling where there is nothing to zoom out of.
    if (whole && (sideways || event.deltaY > 0)) return;
    event.preventDefault();
    // Some wheels count lines instead of pixels.
    const unit = event.deltaMode === 1 ? 20 : 1;
    if (sideways) {
      view.pan((event.deltaX || event.deltaY) * unit * timeline.perPixel());
      moved();
    } else {
      // Wheels differ in how much they send at once; a pinch on a touchpad comes as little, with ctrlKey.
      const limited = Math.max(-80, Math.min(80, event.deltaY * unit));
      zoomed(Math.exp(limited * (event.ctrlKey ? 0.012 : 0.004)), timeline.timeAt(event.offsetX));
    }
  }, { passive: false });

  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, { x: event.offsetX, y: event.offsetY });
    if (event.pointerType !== "mouse") timeline.point(timeline.itemAt(event.offsetX, event.offsetY), event.offsetX, event.offsetY);
  });
  canvas.addEventListener("pointermove", (event) => {
    const { offsetX: x, offsetY: y } = event;
    const before = pointers.get(event.pointerId);
    if (before === undefined) {
      timeline.point(timeline.itemAt(x, y), x, y);
      return;
    }
    if (x === before.x && y === before.y) return;
    const other = [...pointers].find(([id]) => id !== event.pointerId);
    if (other === undefined) {
      view.pan((before.x - x) * timeline.perPixel());
      box.scrollTop += before.y - y;
    } else {
      // Two fingers: what is between them stays there.
      const fixed = timeline.timeAt(other[1].x);
      const distance = Math.max(10, Math.abs(x - other[1].x));
      view.zoom(Math.max(10, Math.abs(before.x - other[1].x)) / distance, fixed);
    }
    pointers.set(event.pointerId, { x, y });
    moved();
  });
  for (const type of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(type, (event) => pointers.delete(event.pointerId));
  }
  canvas.addEventListener("pointerleave", () => timeline.point(null));
  box.addEventListener("scroll", timeline.redraw);

  const tenth = () => (view.to - view.from) / 10;
  const keys = {
    ArrowLeft: () => view.pan(-tenth()),
    ArrowRight: () => view.pan(tenth()),
    "+": () => view.zoom(0.7, (view.from + view.to) / 2),
    "-": () => view.zoom(1 / 0.7, (view.from + view.to) / 2),
    "0": () => view.show(0, length),
    Escape: () => {},
  };
  keys["="] = keys["+"];
  keys.Home = keys["0"];
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "n" || event.key === "p") {
      timeline.step(event.key === "n" ? 1 : -1);
    } else if (Object.hasOwn(keys, event.key)) {
      keys[event.key]();
      moved();
    } else return;
    event.preventDefault();
  });

  byId("zoom-in").addEventListener("click", () => zoomed(0.5));
  byId("zoom-out").addEventListener("click", () => zoomed(2));
  byId("zoom-all").addEventListener("click", () => zoomed(Infinity));
}

function controlTheme(changed) {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const root = document.documentElement;
  dark.addEventListener("change", changed);
  byId("theme").addEventListener("click", () => {
    const now = root.style.colorScheme || (dark.matches ? "dark" : "light");
    root.style.colorScheme = now === "dark" ? "light" : "dark";
    changed();
  });
}
`;
