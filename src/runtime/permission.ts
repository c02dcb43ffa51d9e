/** What is used of Deno. */
interface DenoPermissionApi {
  permissions: {
    querySync(descriptor: PermissionQuery): { state: string; partial?: boolean };
  };
}

/** A permission of Deno's: a kind, and perhaps a part of it. */
export interface PermissionQuery {
  readonly name: string;
  readonly [part: string]: string;
}

/**
 * Whether this program holds a permission as a whole, so that using it asks the user nothing. Where the runtime has no
 * permissions it holds all.
 *
 * @param query The permission.
 * @returns Whether it does.
 */
export function isGranted(query: PermissionQuery): boolean {
  const { Deno } = globalThis as unknown as { Deno?: DenoPermissionApi };
  if (Deno === undefined) return true;
  try {
    const { state, partial } = Deno.permissions.querySync(query);
    return state === "granted" && partial !== true;
  } catch {
    // This version doesn't know it.
    return false;
  }
}
