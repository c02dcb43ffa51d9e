/** What options are called in other queues and pools, and the names that they have here; none where nothing here does that. */
const NAMES: Readonly<Record<string, string>> = {
  // How many at once.
  concurrency: "workers",
  concurrentTasks: "workers",
  jobs: "workers",
  maxConcurrency: "workers",
  maxConcurrent: "workers",
  maxThreads: "workers",
  maxWorkers: "workers",
  max_workers: "workers",
  parallelism: "workers",
  poolSize: "workers",
  processes: "workers",
  threads: "workers",
  minThreads: "minWorkers",
  // How many in a time.
  duration: "rate",
  interval: "rate",
  intervalCap: "rate",
  limit: "rate",
  limiter: "rate",
  minTime: "rate",
  perSecond: "rate",
  rateLimit: "rate",
  reservoir: "rate",
  throttle: "rate",
  // How many may wait.
  capacity: "size",
  highWater: "size",
  maxQueue: "size",
  maxQueueSize: "size",
  maxSize: "size",
  queueLimit: "size",
  // Workers' lives.
  filename: "initializer",
  idleTime: "idleTimeout",
  maxTasksPerChild: "recycleAfter",
  maxTasksPerWorker: "recycleAfter",
  maxWorkerMemoryBeforeRecycle: "recycleMemory",
  maxMemoryLimitBeforeRecycle: "recycleMemory",
  resourceLimits: "memoryLimit",
  // Each task.
  abortSignal: "signal",
  attempts: "retries",
  cancelSignal: "signal",
  cancellationToken: "signal",
  concurrencyKey: "keys",
  deadline: "timeout",
  debounce: "dedupe",
  deduplication: "dedupe",
  dependencies: "after",
  dependsOn: "after",
  executionTimeout: "timeout",
  expiration: "timeout",
  factor: "backoff",
  id: "name",
  jobId: "dedupe",
  label: "name",
  maxAttempts: "retries",
  maxRetryTime: "timeout",
  maxTimeout: "maxRetryDelay",
  minTimeout: "retryDelay",
  randomize: "jitter",
  shouldRetry: "retryIf",
  singletonKey: "dedupe",
  startAfter: "runAt",
  ttl: "timeout",
  unique: "dedupe",
  waitFor: "after",
  // Nothing here does what these do, and the nearest name does something else.
  autoStart: "",
  throwOnTimeout: "",
};

/** How an option of ours is written, where its name alone doesn't say it. */
const FORMS: Readonly<Record<string, string>> = {
  interval: "rate: { limit, interval }",
  intervalCap: "rate: { limit, interval }",
  limit: "rate: { limit, interval }",
  duration: "rate: { limit, interval }",
};

/**
 * What an option is called here that people know from elsewhere by another name.
 *
 * @param name The other name.
 * @param known The options that a call takes.
 * @returns Ours, with its form if that needs saying; empty if none does the same, `undefined` if the name says nothing.
 */
export function peerName(name: string, known: readonly string[]): string | undefined {
  const ours = Object.hasOwn(NAMES, name) ? NAMES[name]! : undefined;
  if (ours === undefined || ours !== "" && !known.includes(ours)) return undefined;
  return Object.hasOwn(FORMS, name) ? FORMS[name] : ours;
}
