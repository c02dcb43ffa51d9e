import { packed } from "../pool/values.ts";

/**
 * Whether a value can be sent to another thread.
 *
 * @param value The value.
 * @returns Whether structured clone takes it.
 */
export function canClone(value: unknown): boolean {
  try {
    structuredClone(packed(value));
    return true;
  } catch {
    return false;
  }
}
