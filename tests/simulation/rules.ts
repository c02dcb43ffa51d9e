/**
 * The rules that a queue has to keep to, by name: the guarantees of the library, and what follows from them.
 *
 * @module
 */
export const RULES = {
  "carried out": "The program can be carried out, and calls fail only as they are said to.",
  "one result": "Every submitted task ends in exactly one result, and counts and summaries add up.",
  "one place": "A task is in exactly one place at a time.",
  "workers": "Never more than `workers` attempts run at once, and none is idle while a task waits.",
  "order": "Among ready tasks the lowest (priority, order of submission) starts first.",
  "keys": "Never more than a key's `workers` attempts run at once, nor start in its window.",
  "turns": "Under a fair limit no key starts twice while another one waits that could start.",
  "sources": "A task starts when its sources have succeeded, and is cancelled when one has not.",
  "dedupe": "While a task is outstanding no second one with its string exists.",
  "attempts":
    "A task cancelled before it started never runs; attempts are limited, and start in time.",
  "rate": "No window of a second sees more than `rate + burst` attempts start.",
  "settling": "What is awaited settles, and afterwards no timer, worker or listener is left.",
  "results kept": "A finished result is never lost because another task timed out or crashed.",
  "worker ids": "Worker ids are 1 to `workers`, and are used again only when the holder is gone.",
  "idle workers": "Workers above `minWorkers` that have been idle for `idleTimeout` are closed.",
  "stuck workers":
    "A task that does not begin in its worker in time goes to another one, three times.",
  "unbegun": "A task that has not begun in its worker never counts an attempt.",
  "told before death": "Results that were delivered or noted before a worker's death are kept.",
} as const;

/** The name of a rule. */
export type Rule = keyof typeof RULES;
