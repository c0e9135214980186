import { Node } from 'ts-morph';
import { contains, isFunctionNode } from '../syntax/nodes.ts';
import { stepsTo, type KnownWays, type Next, type Step } from './known.ts';
import { memberSteps } from './members.ts';
import { moduleSteps } from './modules.ts';
import { isContinuation } from './requests.ts';
import { nextSteps } from './steps.ts';
import { usesOf } from './uses.ts';

/** A place from where requests may come that the gate has not seen. */
export interface StrangeWay {
  node: Node;
  /** False where that is only not to be ruled out: a function is on the way that may be called, by name or by others. */
  isCertain: boolean;
}

/** The call by which requests enter an MCP transport. */
export function fromSink(node: Node): Step {
  return { kind: 'run', node, isSink: true };
}

/** The call that makes a listener which leads to MCP. */
export function fromListener(node: Node): Step {
  return { kind: 'value', node };
}

/** What makes a router (or a mounted app) that leads to MCP and has no gate of its own. */
export function fromRouter(node: Node): Step {
  return { kind: 'router', node };
}

/** A function that registers routes which lead to MCP, below a prefix that whoever registers it says. */
export function fromPlugin(code: Node): Step {
  const isValue = Node.isArrowFunction(code) || Node.isFunctionExpression(code);
  const body = Node.isBodied(code) || Node.isBodyable(code) ? code.getBody() : undefined;
  return isValue ? { kind: 'value', node: code } : { kind: 'run', node: body ?? code };
}

/**
 * Goes back from the transport to everything that leads there: whoever calls the function around it, whoever is handed
 * that function, and so on. All of it has to end in code that an adapter has recognised, or in an export that nobody
 * uses. A gate that does not know all ways is none.
 * @returns the first place that is certain to be one more way, else the first that may be
 */
export function strangeWay(start: Step, known: KnownWays): StrangeWay | undefined {
  let possible: StrangeWay | undefined;
  const steps = [start];
  const certain: Seen = new Map();
  const loose: Seen = new Map();
  for (const step of steps) {
    const { node } = step;
    if (!known.isInProgram(node.getSourceFile()) || known.recognised.some((code) => contains(code, node))) continue;
    if (isIn(certain, step) || (step.isLoose && isIn(loose, step))) continue;
    note(step, step.isLoose ? loose : certain);
    const next: Next = step.kind === 'run' ? around(step, known) : nextSteps(step, known);
    if (next === 'strange' && !step.isLoose) return { node, isCertain: true };
    if (next === 'strange' || next === 'lost') possible ??= { node, isCertain: false };
    else steps.push(...(step.isLoose ? next.map((each) => ({ ...each, isLoose: true as const })) : next));
  }
  return possible;
}

/** The nodes that have been looked at, and as what. */
type Seen = Map<Node, Set<Node | string>>;

function isIn(seen: Seen, step: Step): boolean {
  return seen.get(step.node)?.has(how(step)) === true;
}

function note(step: Step, seen: Seen): void {
  seen.set(step.node, (seen.get(step.node) ?? new Set()).add(how(step)));
}

function how({ kind, entrance, exports }: Step): Node | string {
  return entrance ?? [kind, exports?.kind, ...(exports?.names ?? [])].join(' ');
}

/** Code that runs with a request: where does the function around it get that from? */
function around({ node, isSink, entrance = node }: Step, known: KnownWays): Next {
  const code = node.getFirstAncestor(
    (each) => isFunctionNode(each) || Node.isConstructorDeclaration(each) || Node.isGetAccessorDeclaration(each),
  );
  // At the top of a file there is no caller left who could have handed it a request.
  if (!code) return 'strange';
  if (Node.isArrowFunction(code) || Node.isFunctionExpression(code)) {
    const call = code.getParent();
    const isArgument = Node.isCallExpression(call) || Node.isNewExpression(call);
    return isArgument && isContinuation(code, entrance, isSink === true)
      ? [{ kind: 'run', node: call, isSink: isSink === true, entrance }]
      : [{ kind: 'value', node: code }];
  }
  if (Node.isMethodDeclaration(code) || Node.isGetAccessorDeclaration(code)) return memberSteps(code, 'value', known);
  const holder = Node.isConstructorDeclaration(code) ? code.getParent() : code;
  return [...stepsTo(usesOf(holder, known.identifiers), 'value'), ...moduleSteps(holder, 'value', known)];
}
