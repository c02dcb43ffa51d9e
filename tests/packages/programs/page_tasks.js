/** What a page has done in its threads. */
export const addOne = (n) => n + 1;

/** Ends its worker in some way. */
export function die(how) {
  if (how === "close") self.close();
  else if (how === "throw") setTimeout(() => nowhere());
  else Promise.reject(new TypeError("astray"));
  return new Promise(() => {});
}

/** Never yields. */
export function spin() {
  for (;;);
}
