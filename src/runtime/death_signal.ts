import process from "node:process";

/** Where util-linux is installed. Not looked up in `PATH`, which a child may be given another of. */
const PLACES = ["/usr/bin/setpriv", "/bin/setpriv"];

let found: readonly string[] | undefined;

/**
 * What to put before a command so that the system kills it when this program dies, also while it is busy and could not
 * notice by itself: `setpriv --pdeathsig` of util-linux, which sets `PR_SET_PDEATHSIG` (see prctl(2)). It
 * is the end of the thread that starts the child which counts.
 *
 * @param succeeds Runs a command to its end, if that is permitted; says whether it ended with status 0.
 * @returns The words; none where there is no such thing or it isn't permitted.
 */
export function deathSignal(
  succeeds: (command: string, args: readonly string[]) => boolean,
): readonly string[] {
  return found ??= process.platform === "linux" ? probe(succeeds) : [];
}

function probe(
  succeeds: (command: string, args: readonly string[]) => boolean,
): readonly string[] {
  const args = ["--pdeathsig", "KILL"];
  const place = PLACES.find((place) => succeeds(place, [...args, "true"]));
  return place === undefined ? [] : [place, ...args];
}
