/** A permission of Deno's: a kind, and perhaps a part of it. */
export interface PermissionQuery {
  readonly name: string;
  readonly [part: string]: string;
}

/**
 * Whether this program holds a permission, be it but for parts that are denied.
 *
 * @param query The permission.
 * @returns Whether it does.
 */
export function isGrantedInPart(query: PermissionQuery): boolean {
  return Deno.permissions.querySync(query as Deno.PermissionDescriptor).state === "granted";
}

/**
 * Whether this program holds a permission as a whole, so that using it asks the user nothing.
 *
 * @param query The permission.
 * @returns Whether it does.
 */
export function isGranted(query: PermissionQuery): boolean {
  try {
    const { state, partial } = Deno.permissions.querySync(query as Deno.PermissionDescriptor);
    return state === "granted" && partial !== true;
  } catch {
    // This version doesn't know it.
    return false;
  }
}

/** Whether this program may do everything, as reading the system's files takes. */
export function isGrantedAll(): boolean {
  const kinds = ["env", "ffi", "import", "net", "read", "run", "sys", "write"];
  return kinds.every((name) => isGranted({ name }));
}
