import type { FileAccess } from "../runtime.ts";

export const files: FileAccess = {
  makeTemporary: (prefix) => Deno.makeTempFileSync({ prefix }),
  write: (path, bytes) => Deno.writeFileSync(path, bytes),
  open: (path) => Deno.openSync(path, { read: true, write: true }),
  remove: (path) => Deno.removeSync(path),
};
