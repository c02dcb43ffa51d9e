/**
 * `build.ts`: bundles what runs in a page, with the peers, into `node_modules/.page`. Trilane stays as npm has it.
 *
 * @module
 */
import { build, type Plugin, stop } from "esbuild";
import { fileURLToPath } from "node:url";

const bench = fileURLToPath(new URL("..", import.meta.url));

/** Modules of Node's, and peers that need them. */
const SYSTEM = /^(node:.*|worker_threads|os|child_process|piscina|tinypool|poolifier)$/;

/** Works that aren't done in a page are in the bundle too, with what they import of the system's. */
const withoutSystem: Plugin = {
  name: "without the system",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: SYSTEM }, ({ path }) => ({
      path,
      namespace: "system",
    }));
    onLoad({ filter: /./, namespace: "system" }, () => ({ contents: "module.exports = {};" }));
  },
};

await build({
  absWorkingDir: bench,
  entryPoints: { "page": "page/page.ts", "workers/workerpool": "workers/workerpool.js" },
  outdir: "node_modules/.page",
  bundle: true,
  format: "esm",
  // Each entry for itself: one is a page's, one a worker's.
  splitting: false,
  target: "esnext",
  external: ["@trilane/*"],
  plugins: [withoutSystem],
  logLevel: "error",
});
await stop();
