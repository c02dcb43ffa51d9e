import { dirname, resolve } from "node:path";
import { isAlive, removeLeftovers, temporaryPrefix } from "../leftovers.ts";
import type { FileAccess } from "../runtime.ts";
import { isGranted } from "./permission.ts";

export const files: FileAccess = {
  // The folder of the environment may not be there.
  temporaryFolders: [undefined, "/dev/shm"],
  makeTemporary(dir) {
    const path = resolve(Deno.makeTempFileSync({ dir, prefix: temporaryPrefix }));
    removeLeftovers(dirname(path), (pid) => !isGranted({ name: "run" }) || isAlive(pid));
    return path;
  },
  write: (path, bytes) => Deno.writeFileSync(path, bytes),
  open: (path) => Deno.openSync(path, { read: true, write: true }),
  remove: (path) => Deno.removeSync(path),
};
