import { Node, type SourceFile } from 'ts-morph';
import type { Identifiers } from '../syntax/identifiers.ts';
import { contains, isFunctionNode } from '../syntax/nodes.ts';
import { isContinuation } from './requests.ts';
import { nextSteps, type Step } from './steps.ts';
import { usesOf, usesOfProperty } from './uses.ts';

/** What is known of a server when all ways into it are asked for. */
export interface KnownWays {
  identifiers: Identifiers;
  /** The calls by which requests enter the MCP transport. */
  sinks: Node[];
  /** Handlers and mounts that an adapter puts behind the gate: what stands in them is understood. */
  recognised: Node[];
  /** What makes the routers (and mounted apps) that lead to MCP and have no gate of their own. */
  routers: Node[];
  /** Does this file belong to the program? What stands elsewhere may be another server, or code nobody runs. */
  isInProgram(file: SourceFile): boolean;
}

/**
 * Goes back from the transport to everything that leads there: whoever calls the function around it, whoever is handed
 * that function, and so on. All of it has to end in code that an adapter has recognised, or in an export that nobody
 * uses. A gate that does not know all ways is none.
 * @returns the first place that is not understood
 */
export function strangeWay(known: KnownWays): Node | undefined {
  const steps: Step[] = [
    ...known.sinks.map((node): Step => ({ kind: 'run', node, isSink: true })),
    ...known.routers.map((node): Step => ({ kind: 'router', node })),
  ];
  const seen = new Map<Node, Set<Node | Step['kind']>>();
  for (const step of steps) {
    const { node, kind } = step;
    const ways = seen.get(node) ?? new Set();
    const how = step.entrance ?? kind;
    if (ways.has(how)) continue;
    seen.set(node, ways.add(how));
    if (!known.isInProgram(node.getSourceFile()) || known.recognised.some((code) => contains(code, node))) continue;
    const next = kind === 'run' ? around(step, known) : nextSteps(step, known.identifiers);
    if (next === 'strange') return node;
    steps.push(...next);
  }
  return undefined;
}

/** Code that runs with a request: where does the function around it get that from? */
function around({ node, isSink, entrance = node }: Step, { identifiers }: KnownWays): Step[] | 'strange' {
  const code = node.getFirstAncestor(
    (each) => isFunctionNode(each) || Node.isConstructorDeclaration(each) || Node.isGetAccessorDeclaration(each),
  );
  // At the top of a file there is no caller left who could have handed it a request.
  if (!code) return 'strange';
  if (Node.isArrowFunction(code) || Node.isFunctionExpression(code)) {
    const call = code.getParent();
    return Node.isCallExpression(call) || Node.isNewExpression(call)
      ? isContinuation(code, entrance, isSink === true)
        ? [{ kind: 'run', node: call, isSink: isSink === true, entrance }]
        : [{ kind: 'value', node: code }]
      : [{ kind: 'value', node: code }];
  }
  if (Node.isMethodDeclaration(code) && Node.isObjectLiteralExpression(code.getParent()))
    return [
      ...usesOfProperty(code, identifiers).map((use): Step => ({ kind: 'value', node: use })),
      { kind: 'container', node: code.getParent() },
    ];
  const holder = Node.isConstructorDeclaration(code) ? code.getParent() : code;
  return usesOf(holder, identifiers).map((use): Step => ({ kind: 'value', node: use }));
}
