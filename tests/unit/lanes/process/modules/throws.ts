export const answer = (): number => 42;
throw new RangeError("can't be loaded");
