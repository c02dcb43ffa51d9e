/**
 * Edits of syntax: where they are is said by class and method and by what the code there mentions, so that they survive
 * when it is moved, formatted anew or written a little differently.
 *
 * @module
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Kind } from "./author.ts";
// deno-lint-ignore no-import-prefix -- in no import map, so that nothing else downloads it
import ts from "npm:typescript@5.9.3";

/** A change to the library. */
export interface Change {
  /** `Class.method`, `Class.#method` or the name of a function. */
  readonly where: string;
  readonly edit: Edit;
}

/** A way to break the library: one change, or several within a module that make no sense alone. */
export interface Mutation {
  readonly name: string;
  readonly changes: readonly Change[];
  /** The kind of programs that show it; by chance unless said. */
  readonly kind?: Kind;
}

/** A change to the body of a method. */
export interface Edit {
  /** What is done, for messages. */
  readonly what: string;
  /** The nodes that it could be done to; it is done to one, which must be the only one. */
  find(body: ts.Node): readonly ts.Node[];
  /** What takes the place of the node. */
  become(node: ts.Node): string;
}

/** A module with a mutation. */
export interface Mutant {
  /** The path of the module from the sources' folder. */
  readonly path: string;
  readonly source: string;
}

/** The text of code without what doesn't matter. */
const plain = (text: string) => text.replace(/\s+/g, " ").trim();
const mentions = (node: ts.Node, text: string) => plain(node.getText()).includes(text);

function all(root: ts.Node, test: (node: ts.Node) => boolean): ts.Node[] {
  const found: ts.Node[] = [];
  const visit = (node: ts.Node) => {
    if (test(node)) found.push(node);
    ts.forEachChild(node, visit);
  };
  visit(root);
  return found;
}

/** Of nodes, those that have no other of them within. */
function innermost(nodes: readonly ts.Node[]): ts.Node[] {
  return nodes.filter((node) =>
    !nodes.some((other) => other !== node && other.pos >= node.pos && other.end <= node.end)
  );
}

/** Drops the statement that mentions something. */
export function drop(text: string): Edit {
  return {
    what: `drop the statement that mentions '${text}'`,
    find: (body) =>
      innermost(all(body, (node) => ts.isStatement(node) && !ts.isBlock(node)))
        .concat(all(body, (node) => ts.isIfStatement(node) || ts.isForOfStatement(node)))
        .filter((node) => mentions(node, text))
        .filter((node, _i, nodes) => innermost(nodes).includes(node)),
    become: () => ";",
  };
}

/** The conditions of statements and expressions, and the parts that `&&` and `||` join. */
function conditions(body: ts.Node): ts.Node[] {
  return all(body, (node) => {
    const { parent } = node;
    if (node === body || parent === undefined) return false;
    if (ts.isIfStatement(parent) || ts.isWhileStatement(parent)) return parent.expression === node;
    if (ts.isConditionalExpression(parent)) return parent.condition === node;
    if (!ts.isBinaryExpression(parent)) {
      return ts.isReturnStatement(parent) || (ts.isArrowFunction(parent) && parent.body === node);
    }
    const { kind } = parent.operatorToken;
    return kind === ts.SyntaxKind.AmpersandAmpersandToken || kind === ts.SyntaxKind.BarBarToken;
  });
}

/** Takes the smallest condition that mentions something for true or for false. */
export function assume(text: string, value: boolean): Edit {
  return {
    what: `take the condition that mentions '${text}' for ${value}`,
    find: (body) => innermost(conditions(body).filter((node) => mentions(node, text))),
    // What it brings about happens all the same.
    become: (node) => value ? `((${node.getText()}), true)` : `((${node.getText()}), false)`,
  };
}

/** Puts another operator in the place of one, in the smallest expression that mentions something. */
export function operator(text: string, from: string, to: string): Edit {
  return {
    what: `replace ${from} by ${to} where '${text}' is mentioned`,
    find: (body) =>
      innermost(
        all(body, (node) =>
          ts.isBinaryExpression(node) && node.operatorToken.getText() === from &&
          mentions(node, text)),
      ).map((node) => (node as ts.BinaryExpression).operatorToken),
    become: () => to,
  };
}

/**
 * Puts an expression in the place of another.
 *
 * @param within what the expression around it mentions, where there are several
 */
export function replace(from: string, to: string, within = ""): Edit {
  return {
    what: `replace the expression '${from}'${within && ` within '${within}'`}`,
    find: (body) =>
      all(body, (node) =>
        ts.isExpression(node) && plain(node.getText()) === from &&
        plain(node.parent.getText()) !== from && mentions(node.parent, within)),
    become: () => to,
  };
}

/** Does something first. */
export function begin(statement: string): Edit {
  return {
    what: "begin otherwise",
    find: (body) => ts.isBlock(body) && body.statements.length > 0 ? [body.statements[0]] : [],
    become: (node) => `${statement}\n${node.getText()}`,
  };
}

/** Code that has a name: a method, a getter, a function. */
interface Place {
  readonly name: string;
  readonly path: string;
  readonly source: ts.SourceFile;
  readonly body: ts.Node;
}

/** All code in a folder that has a name. */
export class Code {
  readonly #places: Place[] = [];

  /** @param folder the folder */
  constructor(folder: string) {
    for (const path of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
      if (!path.endsWith(".ts")) continue;
      const text = readFileSync(join(folder, path), "utf8");
      const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
      const visit = (node: ts.Node) => {
        const named = bodyOf(node);
        if (named !== undefined) this.#places.push({ ...named, path, source });
        ts.forEachChild(node, visit);
      };
      visit(source);
    }
  }

  /**
   * Makes a mutation.
   *
   * @param mutation the mutation
   * @returns the module with it
   * @throws {Error} when its place is not found, or is not the only one; the message names others
   */
  mutate({ name, changes }: Mutation): Mutant {
    const found = changes.map((change) => ({ ...this.#find(name, change), edit: change.edit }));
    const [{ path, source }] = found;
    let { text } = source;
    // From the last on, so that the earlier ones stay where they are.
    for (const { node, edit } of found.toSorted((a, b) => b.node.pos - a.node.pos)) {
      text = text.slice(0, node.getStart()) + edit.become(node) + text.slice(node.end);
    }
    return { path, source: text };
  }

  /** The one node that a change is done to. */
  #find(name: string, { where, edit }: Change): Place & { readonly node: ts.Node } {
    const places = this.#places.filter((place) => place.name === where);
    const method = where.split(".").at(-1)!;
    const like = () =>
      this.#places.filter((place) => place.name.split(".").at(-1) === method).map(named);
    if (places.length === 0) throw new Error(`Cannot ${name}: no ${where}${hint(like())}`);
    const found = places.flatMap((place) =>
      edit.find(place.body).map((node) => ({ ...place, node }))
    );
    if (found.length === 1) return found[0];
    const can = this.#places.filter(({ body }) => edit.find(body).length > 0).map(named);
    throw new Error(
      `Cannot ${name}: ${found.length} places in ${where} to ${edit.what}${hint(can)}`,
    );
  }
}

const named = ({ name, path }: Place) => `${name} (${path})`;

function hint(candidates: readonly string[]): string {
  return candidates.length === 0 ? "" : `; perhaps in ${candidates.slice(0, 8).join(", ")}`;
}

function bodyOf(node: ts.Node): { name: string; body: ts.Node } | undefined {
  if (ts.isFunctionDeclaration(node) && node.name && node.body) {
    return { name: node.name.text, body: node.body };
  }
  if (ts.isVariableDeclaration(node) && node.initializer && ts.isArrowFunction(node.initializer)) {
    return { name: node.name.getText(), body: node.initializer.body };
  }
  const owner = node.parent !== undefined && ts.isClassDeclaration(node.parent)
    ? node.parent.name?.text
    : undefined;
  if (owner === undefined) return undefined;
  if (ts.isConstructorDeclaration(node) && node.body) {
    return { name: `${owner}.constructor`, body: node.body };
  }
  if ((ts.isMethodDeclaration(node) || ts.isAccessor(node)) && node.body) {
    return { name: `${owner}.${node.name.getText()}`, body: node.body };
  }
  if (ts.isPropertyDeclaration(node) && node.initializer && ts.isArrowFunction(node.initializer)) {
    return { name: `${owner}.${node.name.getText()}`, body: node.initializer.body };
  }
  return undefined;
}
