/** A task that is a plain export. */
export const addOne = (n) => n + 1;
