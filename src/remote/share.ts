/**
 * Lets queues be shared: imported for that alone.
 *
 * @module
 */
import type { TaskQueue } from "../queue/queue.ts";
import { provideSharing } from "../queue/sharing.ts";
import { QueueHost } from "./host.ts";

provideSharing((queue, closed) => new QueueHost(queue as TaskQueue<never>, closed));
