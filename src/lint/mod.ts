/**
 * A plugin for `deno lint` that finds what the compiler can't: `await queue.map(…)`. That is an array of handles, so it
 * waits for none of them, and no type can say so without `Promise.all(queue.map(…))` losing its own.
 *
 * ```json
 * { "lint": { "plugins": ["jsr:@trilane/trilane/lint"] } }
 * ```
 *
 * It knows a queue by how it came about in the same file: made by `new`, given to the body of `use`, or of a queue's type.
 * Elsewhere `await-thenable` of typescript-eslint, which knows all types, finds the same.
 *
 * @example
 * ```ts
 * import plugin from "@trilane/trilane/lint";
 *
 * console.log(Object.keys(plugin.rules)); // [ "no-await-map" ]
 * ```
 *
 * @module
 */

/** What makes a queue, or is the type of one. A remote queue's `map` gives a promise. */
const QUEUE = /^(Async|Thread|Process|Cluster|Inline|Task)Queue$/;

/** Methods of queues and bound tasks that give a bound task, which has a `map` too. */
const BINDING = ["task", "with"];

/**
 * The plugin.
 *
 * @example
 * ```ts
 * import plugin from "@trilane/trilane/lint";
 *
 * console.log(plugin.name); // trilane
 * ```
 */
const plugin: Deno.lint.Plugin = {
  name: "trilane",
  rules: { "no-await-map": { create: noAwaitMap } },
};

export default plugin;

function noAwaitMap(context: Deno.lint.RuleContext): Deno.lint.LintVisitor {
  const { sourceCode } = context;
  const queues = new Set<string>();
  const awaited: Deno.lint.CallExpression[] = [];

  /** Whether an expression is a queue or a bound task, as far as that has been seen. */
  function isQueue(node: Deno.lint.Node): boolean {
    switch (node.type) {
      case "AwaitExpression":
        return isQueue(node.argument);
      case "NewExpression":
        return node.callee.type === "Identifier" && QUEUE.test(node.callee.name);
      case "CallExpression": {
        const method = methodOf(node);
        if (method === undefined) return false;
        return (method.name === "start" || BINDING.includes(method.name)) && isQueue(method.of);
      }
      case "Identifier":
      case "MemberExpression":
        return queues.has(sourceCode.getText(node));
      default:
        return false;
    }
  }

  function declare(node: Deno.lint.Node): void {
    if (node.type === "Identifier") queues.add(node.name);
  }

  return {
    VariableDeclarator({ id, init }) {
      if (init !== null && init !== undefined && isQueue(init)) declare(id);
    },
    AssignmentExpression({ left, right }) {
      if (isQueue(right)) queues.add(sourceCode.getText(left));
    },
    PropertyDefinition({ key, value }) {
      if (value !== null && value !== undefined && isQueue(value)) {
        queues.add(`this.${sourceCode.getText(key)}`);
      }
    },
    Identifier(node) {
      const type = node.typeAnnotation?.typeAnnotation;
      if (type?.type !== "TSTypeReference" || type.typeName.type !== "Identifier") return;
      if (QUEUE.test(type.typeName.name)) declare(node);
    },
    CallExpression(node) {
      const method = methodOf(node);
      if (method?.name !== "use" || method.of.type !== "Identifier") return;
      const body = node.arguments.at(-1);
      if (!QUEUE.test(method.of.name)) return;
      if (body?.type !== "ArrowFunctionExpression" && body?.type !== "FunctionExpression") return;
      const [queue] = body.params;
      if (queue?.type === "Identifier") declare(queue);
    },
    AwaitExpression({ argument }) {
      if (argument.type === "CallExpression") awaited.push(argument);
    },
    "Program:exit"() {
      for (const node of awaited) {
        const method = methodOf(node);
        if (method?.name !== "map" || !isQueue(method.of)) continue;
        const text = sourceCode.getText(node);
        context.report({
          node,
          message: "To await an array of handles waits for none of them",
          hint: "Await Promise.all(queue.map(…)), or the values() of queue.group(…)",
          fix: (fixer) => fixer.replaceText(node, `Promise.all(${text})`),
        });
      }
    },
  };
}

/** The method that is called, and of what. */
function methodOf(
  { callee }: Deno.lint.CallExpression,
): { readonly name: string; readonly of: Deno.lint.Node } | undefined {
  if (callee.type !== "MemberExpression" || callee.property.type !== "Identifier") return undefined;
  return { name: callee.property.name, of: callee.object };
}
