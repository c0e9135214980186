import { ts } from 'ts-morph';
import { EXT_APPS, packageOf } from '../../project/packages.ts';
import { annotationsAmong, annotationsOf } from './annotations.ts';
import type { Evaluator } from './evaluate.ts';
import type { Findings } from './findings.ts';
import { serverKind } from './mcp-objects.ts';
import type { Value } from './values.ts';

const METHODS = ['registerTool', 'tool', 'registerToolTask', 'registerWidget'];

/** `server.registerTool('name', …)` and its relatives: a call that hands a tool's name to a server object. */
export function collectRegistration(evaluator: Evaluator, call: ts.CallExpression, findings: Findings): void {
  const nameArgument = registrationName(evaluator, call);
  if (!nameArgument) return;
  if (ts.isSpreadElement(nameArgument)) {
    findings.unresolved(nameArgument, 'the arguments are handed on as a list');
    return;
  }
  for (const value of evaluator.ask(nameArgument, undefined)) {
    if (value.kind === 'string') {
      const own = annotationsAmong(
        evaluator,
        call.arguments.slice(call.arguments.indexOf(nameArgument) + 1),
        undefined,
      );
      const described = value.owner && annotationsOf(evaluator, [value.owner], call);
      findings.tool(value, call, described ?? siteAnnotations(evaluator, value) ?? own);
    } else if (value.kind !== 'object') {
      findings.unresolved(nameArgument, reasonOf(value));
    }
  }
}

/** Where a wrapper's call brought the name, its other arguments may bring the hints. */
function siteAnnotations(
  evaluator: Evaluator,
  value: Extract<Value, { kind: 'string' }>,
): ReturnType<typeof annotationsOf> {
  const site = value.site;
  return site && ts.isCallExpression(site) ? annotationsAmong(evaluator, site.arguments, undefined) : undefined;
}

/** Why a value is no tool name, for people. */
export function reasonOf(value: Value): string {
  return value.kind === 'unknown' ? value.reason : 'the name is not a text that is written in the source';
}

/** The argument that is the tool's name, when the call registers a tool at all. */
function registrationName(evaluator: Evaluator, call: ts.CallExpression): ts.Expression | undefined {
  const callee = call.expression;
  if (ts.isIdentifier(callee)) return freeFunctionName(evaluator, callee, call);
  if (!ts.isPropertyAccessExpression(callee)) return undefined;
  if (callee.name.text === 'registerAppTool' && isExtApps(evaluator, callee)) return call.arguments[1];
  if (!METHODS.includes(callee.name.text)) return undefined;
  const kind = serverKind(evaluator, callee.expression);
  const fits = callee.name.text === 'registerToolTask' ? kind === 'tasks' : kind === 'high-level';
  return fits || (kind === 'maybe' && looksLikeRegistration(call)) ? call.arguments[0] : undefined;
}

/** `registerAppTool(server, name, …)`, and `const add = server.registerTool.bind(server)`. */
function freeFunctionName(
  evaluator: Evaluator,
  callee: ts.Identifier,
  call: ts.CallExpression,
): ts.Expression | undefined {
  if (call.arguments.length < 2) return undefined;
  if (isExtApps(evaluator, callee)) return call.arguments[1];
  return isBoundMethod(evaluator, callee) ? call.arguments[0] : undefined;
}

function isExtApps(evaluator: Evaluator, callee: ts.Identifier | ts.PropertyAccessExpression): boolean {
  const name = ts.isIdentifier(callee) ? callee : callee.expression;
  const symbol = evaluator.program.checker.getSymbolAtLocation(name);
  const external = symbol && evaluator.program.externalOf(symbol);
  if (!external || packageOf(external.module) !== EXT_APPS) return false;
  return ts.isIdentifier(callee) ? external.name === 'registerAppTool' : external.name === '*';
}

function isBoundMethod(evaluator: Evaluator, callee: ts.Identifier): boolean {
  const declaration = evaluator.program.symbolOf(callee)?.valueDeclaration;
  const initial = declaration && ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined;
  if (!initial || !ts.isCallExpression(initial) || !ts.isPropertyAccessExpression(initial.expression)) return false;
  const { name, expression: method } = initial.expression;
  if (name.text !== 'bind' || !ts.isPropertyAccessExpression(method)) return false;
  if (!['registerTool', 'tool'].includes(method.name.text)) return false;
  return serverKind(evaluator, method.expression) === 'high-level';
}

/** On a receiver of unknown origin: a name, something else, and a handler at the end. */
function looksLikeRegistration(call: ts.CallExpression): boolean {
  const last = call.arguments.at(-1);
  return (
    call.arguments.length >= 2 && last !== undefined && !ts.isStringLiteralLike(last) && !ts.isNumericLiteral(last)
  );
}
