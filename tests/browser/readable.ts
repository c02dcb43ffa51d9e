import { assert, assertEquals } from "@std/assert";
import type { Report } from "./report.ts";

/** Each visible text's color, and that of what is behind it. */
const TEXT_COLORS = `Array.from(document.querySelectorAll("body *"), (element) => {
  const text = Array.from(element.childNodes, (node) => node.nodeType === 3 ? node.data : "").join("").trim();
  if (text === "" || !element.checkVisibility() || element.closest("svg")) return [];
  const background = (element) => getComputedStyle(element).backgroundColor;
  let behind = element;
  while (background(behind) === "rgba(0, 0, 0, 0)") behind = behind.parentElement;
  return [[text, getComputedStyle(element).color, background(behind)]];
}).flat()`;

/** How well a color is seen on another, from 1 to 21, as WCAG 2 has it. */
function contrast(one: string, other: string): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [
    number,
    number,
  ];
  return (light + 0.05) / (dark + 0.05);
}

/** How bright a color is, from 0 to 1, as WCAG 2 has it. */
export function luminance(color: string): number {
  const channels = color.startsWith("#")
    ? color.match(/\w\w/g)!.map((digits) => parseInt(digits, 16))
    : color.match(/[\d.]+/g)!.map(Number);
  const [red, green, blue] = channels.map((channel) =>
    channel <= 10 ? channel / 255 / 12.92 : ((channel / 255 + 0.055) / 1.055) ** 2.4
  ) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Checks that every text on a page can be read, those on its canvas too. */
export async function assertAllReadable(report: Report): Promise<void> {
  const texts = await report.page.evaluate<[string, string, string][]>(TEXT_COLORS);
  assert(texts.length > 50, `${texts.length} texts`);
  for (const { text, x, y, color } of (await report.frame()).texts) {
    texts.push([text, color, await report.pixel(x - 3, y)]);
  }
  const faint = texts.filter(([, color, background]) => contrast(color, background) < 4.5);
  assertEquals(faint, []);
}
