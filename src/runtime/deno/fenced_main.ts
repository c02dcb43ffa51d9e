/** Under this key a thread or process finds how to load modules by URL, the same in all copies of this library. */
const MODULES = "trilane.modules";

/** What stores data without a permission: it is shared by all programs that have the same main module. */
const STORES = ["localStorage", "caches"];

/**
 * The main module of a child that may not read files. Deno takes a dynamic import whose specifier is written out for a part
 * of the program, which takes no permission and is loaded when it is reached: so a module that fails or never ends fails
 * its own tasks, and no other module can be loaded.
 *
 * @param entry The URL of the module that the child is to run.
 * @param modules URLs of the modules that its tasks come from.
 * @param isStoreless Whether they may not store anything.
 * @returns A `data:` URL.
 */
export function fencedMain(
  entry: string,
  modules: Iterable<string>,
  isStoreless: boolean,
): string {
  const loaders = Array.from(modules, (url) => {
    const literal = JSON.stringify(url);
    return `[${literal},()=>import(${literal})]`;
  });
  const source = [
    ...(isStoreless ? [withoutStores()] : []),
    `globalThis[Symbol.for(${JSON.stringify(MODULES)})]=new Map([${loaders}]);`,
    `await import(${JSON.stringify(entry)});`,
  ];
  return `data:text/javascript,${encodeURIComponent(source.join(""))}`;
}

function withoutStores(): string {
  const refuse = "get(){throw new Deno.errors.NotCapable(`Requires permissions to use ${name}`)}";
  return `for(const name of ${JSON.stringify(STORES)})` +
    `Object.defineProperty(globalThis,name,{${refuse}});delete Deno.openKv;`;
}
