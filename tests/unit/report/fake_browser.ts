/**
 * As much of a browser as the report's script needs, so that it can be run without one: elements that keep
 * what they are given, and a canvas that notes the texts that are drawn on it.
 *
 * @module
 */

/** What listeners are called with: the fields that the script reads. */
type FakeEvent = Record<string, unknown>;

class FakeElement {
  className = "";
  hidden = false;
  open = false;
  title = "";
  scrollTop = 0;
  clientWidth = 1000;
  offsetWidth = 100;
  width = 0;
  height = 0;
  readonly style: Record<string, unknown> = {};
  readonly attributes: Record<string, unknown> = {};
  readonly #children: (FakeElement | string)[] = [];
  readonly #listeners = new Map<string, (event: FakeEvent) => void>();
  #head: FakeElement | undefined;
  #body: FakeElement | undefined;

  constructor(readonly tag: string, readonly browser: FakeBrowser) {}

  append(...children: (FakeElement | string)[]): void {
    this.#children.push(...children);
  }
  replaceChildren(...children: (FakeElement | string)[]): void {
    this.#children.splice(0, Infinity, ...children);
  }
  get textContent(): string {
    return this.#children.map((it) => typeof it === "string" ? it : it.textContent).join("");
  }
  set textContent(text: string) {
    this.replaceChildren(text);
  }
  /** The elements within it that have a tag. */
  find(tag: string): FakeElement[] {
    return [...this.#children, this.#head, this.#body].flatMap((child) =>
      child instanceof FakeElement ? [...child.tag === tag ? [child] : [], ...child.find(tag)] : []
    );
  }
  setAttribute(name: string, value: unknown): void {
    this.attributes[name] = value;
  }
  addEventListener(type: string, listener: (event: FakeEvent) => void): void {
    this.#listeners.set(type, listener);
  }
  /** Calls the listener and lets the page draw. */
  dispatch(type: string, event: FakeEvent = {}): void {
    this.#listeners.get(type)!({ preventDefault() {}, ...event });
    this.browser.draw();
  }
  get tHead(): FakeElement {
    return this.#head ??= new FakeElement("thead", this.browser);
  }
  get tBodies(): FakeElement[] {
    return [this.#body ??= new FakeElement("tbody", this.browser)];
  }
  get parentElement(): FakeElement {
    return this.browser.legend;
  }
  getContext(): unknown {
    const { drawn } = this.browser;
    const noted: Record<string, unknown> = {
      fillText: (text: string) => void drawn.push(text),
      measureText: (text: string) => ({ width: text.length * 6 }),
    };
    const nothing = () => {};
    return new Proxy(noted, { get: (target, name) => target[name as string] ?? nothing });
  }
  scrollIntoView(): void {}
  focus(): void {}
  setPointerCapture(): void {}
}

/** A browser that has opened one page. */
export class FakeBrowser {
  /** The texts on the canvas since it was last drawn. */
  readonly drawn: string[] = [];
  readonly legend: FakeElement = new FakeElement("span", this);
  readonly #elements = new Map<string, FakeElement>();
  #frames: (() => void)[] = [];

  /** @param html the page's source, whose scripts are run */
  constructor(html: string) {
    const body = html.slice(html.indexOf("<body>"), html.indexOf("<script"));
    for (const [, tag, id] of body.matchAll(/<(\w+)[^>]* id="([\w-]+)"/g)) {
      this.#elements.set(id!, new FakeElement(tag!, this));
      this.id(id!).hidden = new RegExp(`id="${id}"[^>]* hidden>`).test(body);
    }
    const data = new FakeElement("script", this);
    data.textContent = dataOf(html);
    this.#elements.set("data", data);
    const globals = {
      document: {
        documentElement: new FakeElement("html", this),
        getElementById: (id: string) => this.#elements.get(id) ?? null,
        createElement: (tag: string) => new FakeElement(tag, this),
        createElementNS: (_: string, tag: string) => new FakeElement(tag, this),
        querySelector: () => new FakeElement("span", this),
      },
      window: { devicePixelRatio: 2 },
      matchMedia: () => ({ matches: false, addEventListener() {} }),
      getComputedStyle: () => ({ color: "#000", backgroundColor: "#fff", borderTopColor: "#eee" }),
      requestAnimationFrame: (callback: () => void) => this.#frames.push(callback),
      ResizeObserver: class {
        constructor(readonly callback: () => void) {}
        observe() {
          this.callback();
        }
      },
    };
    new Function(...Object.keys(globals), scriptOf(html))(...Object.values(globals));
    this.draw();
  }

  /** The element of an id that the page's source has. */
  id(id: string): FakeElement {
    return this.#elements.get(id)!;
  }

  /** Draws what was asked for, once. */
  draw(): void {
    const frames = this.#frames;
    this.#frames = [];
    if (frames.length > 0) this.drawn.length = 0;
    for (const frame of frames) frame();
  }
}

/** The data of a page, as JSON. */
export function dataOf(html: string): string {
  return html.match(/<script type="application\/json" id="data">([^<]*)<\/script>/)![1]!;
}

/** The page's script. */
export function scriptOf(html: string): string {
  return html.match(/<script>([^]*?)<\/script>/)![1]!;
}
