import process from "node:process";
import { isGranted } from "./permission.ts";
import { succeeds } from "./subprocess.ts";

/** Where util-linux is installed. Not looked up in `PATH`, which a child may be given another of. */
const PLACES = ["/usr/bin/setpriv", "/bin/setpriv"];

let found: readonly string[] | undefined;

/**
 * What to put before a command so that the system kills it when this program dies, also while it is busy and could not
 * notice by itself: `setpriv --pdeathsig` of util-linux, which sets `PR_SET_PDEATHSIG` (see prctl(2)). It
 * is the end of the thread that starts the child which counts.
 *
 * @returns The words; none where there is no such thing or it isn't permitted.
 */
export function deathSignal(): readonly string[] {
  return found ??= process.platform === "linux" ? probe() : [];
}

function probe(): readonly string[] {
  for (const place of PLACES) {
    if (!isGranted({ name: "run", command: place })) continue;
    const words = [place, "--pdeathsig", "KILL"];
    if (succeeds(place, [...words.slice(1), "true"])) return words;
  }
  return [];
}
