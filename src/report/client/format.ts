/** The page's functions that turn numbers into text. */
export const format = /* js */ `
// A length of time in milliseconds, with about three digits that count.
function formatTime(ms) {
  if (ms < 1000) return digits(ms) + " ms";
  if (ms < 120000) return digits(ms / 1000) + " s";
  const minutes = Math.floor(ms / 60000);
  if (minutes < 120) return minutes + " min " + Math.floor(ms % 60000 / 1000) + " s";
  return Math.floor(minutes / 60) + " h " + minutes % 60 + " min";
}

function digits(number) {
  if (number === 0 || number >= 100) return formatCount(Math.round(number));
  return String(Number(number.toFixed(number >= 10 ? 1 : number >= 1 ? 2 : 3)));
}

function formatCount(count) {
  return count.toLocaleString("en-US");
}

function formatShare(share) {
  const percent = share * 100;
  return (percent > 0 && percent < 10 ? percent.toFixed(1) : Math.round(percent)) + " %";
}

function plural(count, noun) {
  return formatCount(count) + " " + noun + (count === 1 ? "" : "s");
}

// A point in time on an axis whose ticks are "step" apart.
function formatTick(ms, step) {
  if (step >= 60000 || ms >= 600000) {
    const seconds = ms % 60000 / 1000;
    const decimals = decimalsOf(step / 1000);
    return Math.floor(ms / 60000) + ":" + seconds.toFixed(decimals)
      .padStart(decimals === 0 ? 2 : decimals + 3, "0");
  }
  if (step >= 100 || ms >= 10000) return (ms / 1000).toFixed(decimalsOf(step / 1000)) + " s";
  return ms.toFixed(decimalsOf(step)) + " ms";
}

function decimalsOf(step) {
  return step >= 1 ? 0 : Math.min(6, Math.ceil(-Math.log10(step) - 1e-9));
}
`;
