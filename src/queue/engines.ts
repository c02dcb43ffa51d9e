import type { Engine } from "../engine/engine.ts";

/** The engines of queues, for what looks into them from outside. */
export const engines: WeakMap<object, Engine> = new WeakMap();
