/** The page's functions that say which part of the time is shown, and where it has ticks. */
export const view = /* js */ `
// The shortest time that can be shown, in milliseconds.
const MIN_VIEW = 0.01;

// The part of the time from 0 to "length" that is shown.
function createView(length) {
  const view = {
    from: 0,
    to: length,
    // Shows this part, or as much of it as there is.
    show(from, to) {
      const width = Math.min(length, Math.max(Math.min(length, MIN_VIEW), to - from));
      view.from = Math.max(0, Math.min(length - width, (from + to - width) / 2));
      view.to = view.from + width;
    },
    // What is at "fixed" stays in its place.
    zoom(factor, fixed) {
      const width = Math.min(length, Math.max(Math.min(length, MIN_VIEW), (view.to - view.from) * factor));
      const from = fixed - (fixed - view.from) * width / (view.to - view.from);
      view.show(from, from + width);
    },
    pan(by) {
      view.show(view.from + by, view.to + by);
    },
  };
  return view;
}

const TICK_SECONDS = [60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400];

// The distance of ticks, in milliseconds, so that there are no more than "most" of them.
function tickStep(from, to, most) {
  const least = (to - from) / most;
  if (least > 30000) return (TICK_SECONDS.find((s) => s * 1000 >= least) || Math.ceil(least / 864e5) * 86400) * 1000;
  const power = Math.pow(10, Math.floor(Math.log10(least)));
  return power * [1, 2, 5, 10].find((factor) => factor * power >= least);
}

// The first index from "low" to below "high" that "test" holds for; it holds for all after it, too.
function firstIndex(low, high, test) {
  while (low < high) {
    const middle = low + high >> 1;
    if (test(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
`;
