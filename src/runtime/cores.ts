/** How many processors the program may use, at least 1. */
export const cores: number = Math.max(1, navigator.hardwareConcurrency || 1);
