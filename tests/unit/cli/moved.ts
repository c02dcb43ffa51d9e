/** Tasks of a project that is moved: they import nothing. */
export function double(text: string): string {
  return text + text;
}

export default double;
