/** A module of plain functions, which knows nothing of the library. */
export function double(n: number): number {
  return n * 2;
}

export const triple = (n: number): Promise<number> => Promise.resolve(n * 3);

export default function byDefault(): string {
  return "default";
}

export const notAFunction = 7;
