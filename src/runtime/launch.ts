import process from "node:process";

/** Where util-linux and the shell are installed. Not looked up in `PATH`, which a child may be given another of. */
const SETPRIV = ["/usr/bin/setpriv", "/bin/setpriv"];
const SHELL = "/bin/sh";

/** Standard input, where a child finds its pool's pipe if nothing puts it elsewhere. */
const STDIN = 0;
/** Where a child finds it otherwise. The first descriptor that no program takes for anything. */
const PIPE = 3;

/** Variables that a shell adds to the environment. */
const ADDED_BY_SHELL = ["OLDPWD", "PWD", "SHLVL", "_"];

/** A line that no input has. */
const END_OF_INPUT = "END_OF_THE_INPUT_OF_TRILANE";

/** How children are started. */
interface Launcher {
  /** What goes before the shell, or the command. */
  readonly before: readonly string[];
  readonly hasShell: boolean;
}

/** Runs a command to its end, if that is permitted; says whether it ended with status 0. */
export type Succeeds = (command: string, args: readonly string[]) => boolean;

let launcher: Launcher | undefined;

/**
 * Puts a command into a child's hands, where the system has what it takes:
 *
 * * `setpriv --pdeathsig` of util-linux has the system kill the child when this program dies, also while it is busy and
 *   could not notice by itself (`PR_SET_PDEATHSIG`, see prctl(2)). It is the end of the thread that starts the child which
 *   counts. Where there is none the shell leaves a process behind that looks after them.
 * * A shell moves the pool's pipe away from standard input, which is then empty: neither a task nor a program that it starts
 *   takes a byte of the protocol by reading what it inherits.
 *
 * @param words The command. It is given the number of the pipe's descriptor as its last argument.
 * @param env The child's whole environment, if it has one of its own.
 * @param succeeds Tries what there is, once in a program.
 * @param input What the command finds in its standard input, if a shell puts it there.
 * @returns The command to start instead.
 */
export function launched(
  words: readonly string[],
  env: Readonly<Record<string, string>> | undefined,
  succeeds: Succeeds,
  input?: string,
): [command: string, ...args: string[]] {
  const { before, hasShell } = launcher ??= findLauncher(succeeds);
  const all = hasShell
    ? [...before, ...inShell(env, before.length === 0, input), ...words, `${PIPE}`]
    : [...before, ...words, `${STDIN}`];
  return all as [string, ...string[]];
}

/** Whether a child finds its pool's pipe where {@linkcode PIPE} says. */
export function movesPipe(succeeds: Succeeds): boolean {
  launcher ??= findLauncher(succeeds);
  return launcher.hasShell;
}

/** The path by which a program opens the descriptor of the pipe again. */
export const PIPE_PATH: string = `/dev/fd/${PIPE}`;

/**
 * Kills the child when the thread that started it is gone, and ends with it. It is no child of either, since its own shell has
 * ended by then, and holds none of their pipes open. Only Linux says which thread that is; elsewhere it is any of the program's.
 */
const WATCH =
  "( ( owner=/; for thread in /proc/$PPID/task/*; do read -r children <$thread/children; " +
  'case " $children " in *" $$ "*) owner=$thread; esac; done; ' +
  'while sleep 1; do kill -0 $$ || exit; kill -0 "$PPID" && [ -d $owner ] || { kill -KILL $$; exit; }; done' +
  ") </dev/null >/dev/null 2>&1 & ); ";

function inShell(
  env: Readonly<Record<string, string>> | undefined,
  watches: boolean,
  input?: string,
): string[] {
  const added = env === undefined ? [] : ADDED_BY_SHELL.filter((name) => !(name in env));
  const clean = added.map((name) => `unset ${name}; `).join("");
  const script = `${watches ? WATCH : ""}${clean}exec "$@" ${PIPE}<&0 ${redirected(input)}`;
  return [SHELL, "-c", script, "sh"];
}

function redirected(input: string | undefined): string {
  return input === undefined ? "</dev/null" : `<<'${END_OF_INPUT}'\n${input}\n${END_OF_INPUT}\n`;
}

function findLauncher(succeeds: Succeeds): Launcher {
  if (process.platform === "win32") return { before: [], hasShell: false };
  const tried: Launcher[] = [
    ...(process.platform === "linux" ? SETPRIV : []).map((setpriv) => ({
      before: [setpriv, "--pdeathsig", "KILL"],
      hasShell: true,
    })),
    { before: [], hasShell: true },
  ];
  const found = tried.find(({ before }) => {
    // Without a command the shell does all but that, and ends.
    const [command, ...args] = [...before, ...inShell({}, false)];
    return succeeds(command!, args);
  });
  return found ?? { before: [], hasShell: false };
}
