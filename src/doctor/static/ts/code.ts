import { ts } from 'ts-morph';
import type { ProjectSnapshot } from '../../../project/snapshot.ts';
import { createCodeModel } from '../../../servers/model.ts';
import { SourceProgram } from '../../../servers/tools/program.ts';
import type { Place, Report } from '../report.ts';
import type { Deployment } from '../types.ts';

/** What the rules for TypeScript and JavaScript look at. */
export interface Code {
  program: SourceProgram;
  files: ts.SourceFile[];
  snapshot: ProjectSnapshot;
  report: Report;
  deployment: Deployment;
  /** The public URL of the MCP endpoint, as far as it is known. */
  resource: string | undefined;
  /** Value of a variable in `.env`. */
  env(name: string): string | undefined;
  place(node: ts.Node): Place;
}

type Given = Pick<Code, 'snapshot' | 'report' | 'deployment' | 'resource' | 'env'>;

export function createCode(given: Given): Code {
  const program = new SourceProgram(createCodeModel(given.snapshot));
  return { ...given, program, files: program.files, place: (node) => program.locate(node) };
}

export type Fn = ts.SignatureDeclaration & { body?: ts.Node };

/** The nodes of a file in the order of the source; what is below a node comes right behind it. */
interface Flat {
  nodes: ts.Node[];
  ends: Map<ts.Node, { start: number; end: number }>;
  calls: ts.CallExpression[];
}

const flat = new WeakMap<ts.SourceFile, Flat>();

function flatten(file: ts.SourceFile): Flat {
  const known = flat.get(file);
  if (known) return known;
  const nodes: ts.Node[] = [];
  const ends: Flat['ends'] = new Map();
  const visit = (node: ts.Node): void => {
    // Types say nothing about what runs.
    if (ts.isTypeNode(node)) return;
    const start = nodes.push(node);
    ts.forEachChild(node, visit);
    ends.set(node, { start, end: nodes.length });
  };
  visit(file);
  const made = { nodes, ends, calls: nodes.filter(ts.isCallExpression) };
  flat.set(file, made);
  return made;
}

/** Every node below, in the order of the source. */
export function below(node: ts.Node): ts.Node[] {
  const { nodes, ends } = flatten(node.getSourceFile());
  const range = ends.get(node);
  return range ? nodes.slice(range.start, range.end) : [];
}

export function callsIn(node: ts.Node): ts.CallExpression[] {
  return ts.isSourceFile(node) ? flatten(node).calls : below(node).filter(ts.isCallExpression);
}

/** The function that a node stands in; the file when it stands in none. */
export function functionAround(node: ts.Node): ts.Node {
  let at = node.parent;
  while (!ts.isSourceFile(at) && !ts.isFunctionLike(at)) at = at.parent;
  return at;
}

/** All functions around, from the inside out. */
export function functionsAround(node: ts.Node): ts.Node[] {
  const around: ts.Node[] = [];
  for (let at = functionAround(node); !ts.isSourceFile(at); at = functionAround(at)) around.push(at);
  return around;
}

/** Without parentheses, `await`, `as` and `!`. */
export function unwrap(node: ts.Expression): ts.Expression {
  let at = node;
  while (
    ts.isParenthesizedExpression(at) ||
    ts.isAwaitExpression(at) ||
    ts.isAsExpression(at) ||
    ts.isSatisfiesExpression(at) ||
    ts.isNonNullExpression(at)
  )
    at = at.expression;
  return at;
}

/** The last name of `a.b.c` or `c`. */
export function lastName(node: ts.Node): string | undefined {
  if (ts.isIdentifier(node) || ts.isPrivateIdentifier(node)) return node.text;
  return ts.isPropertyAccessExpression(node) ? node.name.text : undefined;
}

/** The name that a property, variable or function goes by. */
export function nameOf(node: ts.Node): string | undefined {
  const { name } = node as ts.NamedDeclaration;
  if (name && (ts.isIdentifier(name) || ts.isStringLiteralLike(name) || ts.isPrivateIdentifier(name))) return name.text;
  const { parent } = node as { parent?: ts.Node };
  const isHeld =
    parent && (ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent) || ts.isPropertyDeclaration(parent));
  return isHeld ? nameOf(parent) : undefined;
}
