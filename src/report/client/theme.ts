import { byId } from "./dom.ts";

/** Follows the system's colors until the button says otherwise, and prints in light ones. */
export function controlTheme(changed: () => void): void {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const { style } = document.documentElement;
  dark.addEventListener("change", changed);
  byId("theme").addEventListener("click", () => {
    const now = style.colorScheme || (dark.matches ? "dark" : "light");
    style.colorScheme = now === "dark" ? "light" : "dark";
    changed();
  });
}

/** Prints in light colors and with all details open. */
export function controlPrinting(draw: () => void): void {
  const { style } = document.documentElement;
  let chosen = "";
  let closed: HTMLDetailsElement[] = [];
  addEventListener("beforeprint", () => {
    chosen = style.colorScheme;
    style.colorScheme = "light";
    closed = [...document.querySelectorAll<HTMLDetailsElement>("details:not([open])")];
    for (const details of closed) details.open = true;
    draw();
  });
  addEventListener("afterprint", () => {
    style.colorScheme = chosen;
    for (const details of closed) details.open = false;
    draw();
  });
}
