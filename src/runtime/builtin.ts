/** What is used of `process`, which browsers don't have. */
interface BuiltinModules {
  getBuiltinModule(name: string): unknown;
}

/**
 * One of Node's modules. An import would keep browsers from loading the module that has it.
 *
 * @param name Its specifier, `node:` included.
 * @returns The module.
 */
export function builtin<T>(name: string): T {
  const { process } = globalThis as unknown as { process: BuiltinModules };
  return process.getBuiltinModule(name) as T;
}
