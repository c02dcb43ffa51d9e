/**
 * The time in milliseconds, whatever a task does to `performance`: with the clock stopped, as in tests of its own, a worker
 * would not know when to leave off.
 */
export const now: () => number = performance.now.bind(performance);
