import { spawnSync } from "node:child_process";
import process from "node:process";

let found: readonly string[] | undefined;

/**
 * What to put before a command so that the system kills it when this program dies, also while it is busy and could not
 * notice by itself: `setpriv --pdeathsig` of util-linux, which sets `PR_SET_PDEATHSIG` (see prctl(2)).
 *
 * @returns The words; none where there is no such thing or it isn't permitted.
 */
export function deathSignal(): readonly string[] {
  return found ??= probe();
}

function probe(): readonly string[] {
  const words = ["setpriv", "--pdeathsig", "KILL"];
  if (process.platform !== "linux") return [];
  try {
    const [command, ...args] = words;
    return spawnSync(command, [...args, "true"], { stdio: "ignore" }).status === 0 ? words : [];
  } catch {
    return [];
  }
}
