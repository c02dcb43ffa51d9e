/**
 * Where a module is that is told of by another one and not imported.
 *
 * @param self The URL of the module that tells.
 * @param path Its path from there, as in the sources.
 * @returns Its URL. It is JavaScript where the other one is: a package may have the sources beside that, and who imports from
 * both has two of each module.
 */
export function neighbour(self: string, path: string): URL {
  return new URL(self.endsWith(".js") ? path.replace(/\.ts$/, ".js") : path, self);
}
