/** Relies on what is the same in all modules of its realm. */
export const shout = (text: string): string => text.toUpperCase();
