import { Node } from 'ts-morph';
import { endsFlow } from '../syntax/flow.ts';
import { contains } from '../syntax/nodes.ts';
import { functionOf } from './handler-function.ts';
import type { NodeServer } from './node-server.ts';
import type { Sink } from './sinks.ts';
import { pathSource, readPathTest, type PathTest } from './path-tests.ts';

/** What a handler that tells paths apart by itself does with which of them. */
export interface HandlerPaths {
  /** Paths whose branch leads to MCP. */
  mcp: string[];
  /** Is one of these tests true for other paths too (`startsWith('/mcp')` is for `/mcpx`)? */
  wider: boolean;
  /** Is there a way to MCP that no path test guards? */
  unguarded: boolean;
  /** Paths that the handler answers itself, and that cannot get to MCP by any spelling. */
  open: string[];
  /** Paths that it answers itself, but that are not safe to leave open. */
  closed: string[];
}

interface Answer {
  test: PathTest;
  /** Does its branch end the handler? */
  ends: boolean;
  /** Is there a way to MCP before it? */
  late: boolean;
}

interface Reading {
  guards: PathTest[];
  answers: Answer[];
  unguarded: boolean;
  seen: Set<Node>;
}

/** Reads the path tests of a handler (a function, its name, or a call that wraps it). */
export function readHandler(handler: Node, server: NodeServer): HandlerPaths {
  const reading: Reading = { guards: [], answers: [], unguarded: false, seen: new Set() };
  const code = functionOf(handler, server);
  if (code) walkFunction(code, reading, server, false);
  else reading.unguarded = true;
  const mcp = [...new Set(reading.guards.flatMap(({ paths }) => paths))];
  const open = openPaths(reading);
  const answered = reading.answers.filter(({ test }) => test.exact).flatMap(({ test }) => test.paths);
  const closed = [...new Set(answered)].filter((path) => !open.includes(path) && !mcp.includes(path));
  return { mcp, wider: reading.guards.some(isWider), unguarded: reading.unguarded, open, closed };
}

function isWider({ exact, source, paths }: PathTest): boolean {
  return source === 'changed' || (!exact && paths.some((path) => !path.endsWith('/')));
}

/**
 * A path may stay open only if no request for it can reach MCP. If every way to MCP is behind a test for other paths, that
 * is so. Otherwise only a whole and unconditional comparison of the pathname will do: `req.url === '/health'` is false
 * for `/health?x`, which would then fall through to MCP.
 */
function openPaths({ guards, answers, unguarded }: Reading): string[] {
  const isGuarded = (path: string): boolean =>
    guards.some(({ paths, exact }) => paths.some((guard) => (exact ? guard === path : path.startsWith(guard))));
  return [
    ...new Set(
      answers
        .filter(
          ({ test, ends, late }) =>
            test.exact && (!unguarded || (test.source === 'pathname' && !test.partial && ends && !late)),
        )
        .flatMap(({ test }) => test.paths)
        .filter((path) => !isGuarded(path)),
    ),
  ];
}

function walkFunction(code: Node, reading: Reading, server: NodeServer, partial: boolean): void {
  if (reading.seen.has(code)) return;
  reading.seen.add(code);
  const body = Node.isBodyable(code) || Node.isBodied(code) ? code.getBody() : undefined;
  if (Node.isBlock(body)) walk(body.getStatements(), reading, server, partial);
  else if (body) walkOther(body, reading, server, partial);
}

function walk(statements: Node[], reading: Reading, server: NodeServer, partial: boolean): void {
  for (const statement of statements) {
    if (Node.isBlock(statement)) walk(statement.getStatements(), reading, server, partial);
    else if (Node.isTryStatement(statement)) walkTry(statement, reading, server, partial);
    else if (Node.isSwitchStatement(statement) && pathSource(statement.getExpression())) {
      walkSwitch(statement, reading, server, partial);
    } else if (Node.isIfStatement(statement)) {
      if (walkIf(statement, reading, server, partial) === 'rest is guarded') return;
    } else walkOther(statement, reading, server, partial);
  }
}

function walkTry(statement: Node, reading: Reading, server: NodeServer, partial: boolean): void {
  if (!Node.isTryStatement(statement)) return;
  walk(statement.getTryBlock().getStatements(), reading, server, partial);
  for (const block of [statement.getCatchClause()?.getBlock(), statement.getFinallyBlock()]) {
    if (block) walk(block.getStatements(), reading, server, partial);
  }
}

function walkIf(
  statement: Node,
  reading: Reading,
  server: NodeServer,
  partial: boolean,
): 'rest is guarded' | undefined {
  if (!Node.isIfStatement(statement)) return undefined;
  const then = statement.getThenStatement();
  const otherwise = statement.getElseStatement();
  const test = readPathTest(statement.getExpression(), server.constants);
  const leads = server.leads.from(then).length > 0;
  if (test && !test.negated) {
    if (leads) reading.guards.push(test);
    else addAnswer(reading, { ...test, partial: test.partial || partial }, endsFlow(then));
  } else if (test && !test.partial && !leads && (endsFlow(then) || otherwise)) {
    reading.guards.push(test);
    return endsFlow(then) ? 'rest is guarded' : undefined;
  } else {
    walk([then], reading, server, true);
  }
  if (otherwise) walk([otherwise], reading, server, partial || !test);
  return undefined;
}

function walkSwitch(statement: Node, reading: Reading, server: NodeServer, partial: boolean): void {
  if (!Node.isSwitchStatement(statement)) return;
  const source = pathSource(statement.getExpression()) ?? 'changed';
  let paths: string[] = [];
  for (const clause of statement.getClauses()) {
    if (Node.isDefaultClause(clause)) {
      walk(clause.getStatements(), reading, server, partial);
      continue;
    }
    paths.push(...(server.constants.strings(clause.getExpression()) ?? []));
    const last = clause.getStatements().at(-1);
    if (!last) continue;
    const test: PathTest = { source, paths, negated: false, exact: true, partial };
    if (server.leads.from(clause).length > 0) reading.guards.push(test);
    else addAnswer(reading, test, endsFlow(last));
    if (endsFlow(last) || Node.isBreakStatement(last)) paths = [];
  }
}

function addAnswer(reading: Reading, test: PathTest, ends: boolean): void {
  reading.answers.push({ test, ends, late: reading.unguarded });
}

/** Code without a path test of its own: the functions of the project that it calls may have them. */
function walkOther(code: Node, reading: Reading, server: NodeServer, partial: boolean): void {
  const sinks = server.leads.from(code);
  if (sinks.length === 0) return;
  const called = [code, ...code.getDescendants()]
    .filter(Node.isCallExpression)
    .flatMap((call) => functionOf(call.getExpression(), server) ?? [])
    .filter((callee) => server.leads.from(callee).length > 0);
  const isCovered = (sink: Sink): boolean =>
    called.some(
      (callee) =>
        server.leads.from(callee).includes(sink) && (!contains(code, sink.node) || contains(callee, sink.node)),
    );
  if (!sinks.every(isCovered)) reading.unguarded = true;
  for (const callee of called) {
    if (reading.seen.has(callee)) continue;
    walkFunction(callee, reading, server, partial);
  }
}
