import type { CommandShape, CommandShapes } from "./command_shape.ts";
import { type OptionName, OPTIONS } from "./options.ts";

/** The shells that there are completions for. */
export const SHELLS: readonly string[] = ["bash", "zsh", "fish"];

/**
 * Makes a script that completes command lines.
 *
 * @param shell The shell, one of {@linkcode SHELLS}.
 * @param commands The commands.
 * @returns The script.
 */
export function completionScript(shell: string, commands: CommandShapes): string {
  if (shell === "bash") return bashScript(commands);
  return shell === "zsh" ? zshScript(commands) : fishScript(commands);
}

/** An option as it may be typed: `-w`, `-j`, `--workers`. */
function spellings(name: OptionName): string[] {
  return [...Array.from(OPTIONS[name].short ?? "", (letter) => `-${letter}`), `--${name}`];
}

function bashScript(commands: CommandShapes): string {
  const values = (Object.keys(OPTIONS) as OptionName[])
    .filter((name) => OPTIONS[name].value !== undefined && OPTIONS[name].otherwise === undefined)
    .map((name) => `    ${spellings(name).join("|")}) ${bashValue(name)}; return ;;`);
  const options = Object.entries(commands).map(([command, { names }]) =>
    `      ${command}) words="${names.flatMap(spellings).join(" ")}" ;;`
  );
  const words = Object.entries(commands).map(([command, shape]) =>
    `      ${command}) ${bashWords(shape)} ;;`
  );
  return `_trilane() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} words=
  if [[ $cur == = ]]; then cur=; elif [[ $prev == = ]]; then prev=\${COMP_WORDS[COMP_CWORD-2]}; fi
  COMPREPLY=()
  if (( COMP_CWORD == 1 )); then
    COMPREPLY=($(compgen -W "${Object.keys(commands).join(" ")} --help --version" -- "$cur"))
    return
  fi
  case $prev in
${values.join("\n")}
  esac
  if [[ $cur == -* ]]; then
    case \${COMP_WORDS[1]} in
${options.join("\n")}
    esac
    COMPREPLY=($(compgen -W "$words" -- "$cur"))
  else
    case \${COMP_WORDS[1]} in
${words.join("\n")}
    esac
  fi
}
complete -o default -F _trilane trilane`;
}

function bashValue(name: OptionName): string {
  const { completion } = OPTIONS[name];
  if (completion === undefined) return ":";
  if (completion === "file") return `COMPREPLY=($(compgen -f -- "$cur"))`;
  if (completion === "folder") return `COMPREPLY=($(compgen -d -- "$cur"))`;
  return `COMPREPLY=($(compgen -W "${completion.join(" ")}" -- "$cur"))`;
}

function bashWords({ words }: CommandShape): string {
  if (words === "file") return `COMPREPLY=($(compgen -f -- "$cur"))`;
  if (words === "command") return `COMPREPLY=($(compgen -c -f -- "$cur"))`;
  return `COMPREPLY=($(compgen -W "${words.join(" ")}" -- "$cur"))`;
}

function zshScript(commands: CommandShapes): string {
  const described = Object.entries(commands)
    .map(([name, { summary }]) => `    ${quoted(`${name}:${summary}`)}`);
  const cases = Object.entries(commands).map(([name, shape]) => {
    const specs = [...shape.names.map(zshOption), zshWords(shape)];
    return `    ${name})\n      _arguments -s \\\n        ${specs.join(" \\\n        ")}\n      ;;`;
  });
  return `#compdef trilane
_trilane() {
  local -a commands=(
${described.join("\n")}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  shift words
  (( CURRENT-- ))
  case $words[1] in
${cases.join("\n")}
  esac
}
compdef _trilane trilane`;
}

function zshOption(name: OptionName): string {
  const { help, value, otherwise, completion } = OPTIONS[name];
  const ways = spellings(name);
  const text = `[${help.replace(/[[\]\\:]/g, "\\$&")}]`;
  const action = completion === undefined
    ? " "
    : completion === "file"
    ? "_files"
    : completion === "folder"
    ? "_files -/"
    : `(${completion.join(" ")})`;
  const argument = value === undefined ? "" : `:${value}:${action}`;
  // A long option may have its value after an equals sign, a letter right behind it.
  const afterName = otherwise === undefined ? "=" : "=-";
  const end = (way: string) => value === undefined ? "" : way.startsWith("--") ? afterName : "+";
  const [only, ...others] = ways.map((way) => `${way}${end(way)}`);
  if (others.length === 0) return quoted(`${only}${text}${argument}`);
  return `${quoted(`(${ways.join(" ")})`)}{${[only, ...others].join(",")}}${
    quoted(`${text}${argument}`)
  }`;
}

function zshWords({ words }: CommandShape): string {
  if (words === "file") return quoted("*:input:_files");
  if (words === "command") return quoted("*::command: _normal");
  return quoted(`1:word:(${words.join(" ")})`);
}

function fishScript(commands: CommandShapes): string {
  const lines = Object.entries(commands).flatMap(([name, shape]) => {
    const when = `-n ${quoted(`__fish_seen_subcommand_from ${name}`)}`;
    return [
      `complete -c trilane -n __fish_use_subcommand -f -a ${name} -d ${quoted(shape.summary)}`,
      ...shape.names.map((option) => `complete -c trilane ${when} ${fishOption(option)}`),
      ...fishWords(shape).map((words) => `complete -c trilane ${when} ${words}`),
    ];
  });
  return lines.join("\n");
}

function fishOption(name: OptionName): string {
  const { short = "", help, value, otherwise, completion } = OPTIONS[name];
  const letters = Array.from(short, (letter) => `-s ${letter} `).join("");
  const argument = value === undefined || otherwise !== undefined
    ? ""
    : completion === "file"
    ? " -r -F"
    : completion === "folder"
    ? ` -x -a ${quoted("(__fish_complete_directories)")}`
    : ` -x${completion === undefined ? "" : ` -a ${quoted(completion.join(" "))}`}`;
  return `${letters}-l ${name}${argument} -d ${quoted(help)}`;
}

function fishWords({ words }: CommandShape): string[] {
  if (words === "file") return [];
  const made = words === "command" ? "(__fish_complete_command)" : words.join(" ");
  return [`${words === "command" ? "" : "-f "}-a ${quoted(made)}`];
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
