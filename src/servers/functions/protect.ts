import { Node, type FunctionDeclaration } from 'ts-morph';
import type { FileEdit } from '../edits/file-edit.ts';
import type { FileEdits } from '../edits/file-edits.ts';
import type { CodeModel } from '../model.ts';
import { isWrapped } from '../node-http/listeners.ts';
import { insertLastDoors } from '../node-shared/last-door.ts';
import { nodeServer } from '../node-shared/node-server.ts';
import { takenMethods, type Sink } from '../node-shared/sinks.ts';
import { unseenEntrance } from '../unseen-entrance.ts';
import { programOf } from '../ways/program.ts';
import { fromListener, fromSink, strangeWay } from '../ways/strange-way.ts';
import { findFunctions, type McpFunction } from './functions.ts';
import { unreadWays } from './unread.ts';

/**
 * Wraps every function of the project that leads to MCP. A host serves them whatever program is started, so they belong to
 * every run.
 * @param doors what has a check before its transport already, by another part of this run
 * @returns why it cannot be done
 */
export function protectFunctions(model: CodeModel, edits: FileEdits, doors = new Set<Sink>()): string | undefined {
  const functions = findFunctions(model);
  const ways = waysAround(model, functions);
  if (typeof ways === 'string') return ways;
  for (const sink of doors) ways.loose.delete(sink);
  return insertLastDoors(ways, edits) ?? functions.map(({ handler, file }) => wrap(handler, file, edits)).find(Boolean);
}

/** Code that leads to MCP and is in none of the functions. */
function waysAround(model: CodeModel, functions: McpFunction[]): { loose: Map<Sink, string> } | string {
  const { identifiers } = nodeServer(model);
  const loose = new Map<Sink, string>();
  for (const { file } of functions) {
    const isInProgram = programOf(model, model.pathOf(file));
    const taken = takenMethods(model, identifiers).find((node) => isInProgram(node.getSourceFile()));
    if (taken)
      return `at ${model.placeOf(taken)} a method of the transport is handed on, and it cannot be told to whom`;
    const unseen = unseenEntrance(model, model.pathOf(file));
    if (unseen) return unseen;
  }
  const programs = functions.map(({ file }) => programOf(model, model.pathOf(file)));
  const isInProgram: (typeof programs)[number] = (file) => programs.some((isIn) => isIn(file));
  const known = { model, identifiers, recognised: functions.map(({ handler }) => handler), isInProgram };
  for (const sink of new Set(functions.flatMap(({ sinks }) => sinks))) {
    const way = strangeWay(sink.isListener ? fromListener(sink.node) : fromSink(sink.node), known);
    if (!way) continue;
    if (way.isCertain)
      return `at ${model.placeOf(way.node)} there is another way to the MCP server, which the gate might not see`;
    loose.set(sink, model.placeOf(way.node));
  }
  const sinks = functions.flatMap((each) => each.sinks);
  for (const { file, sink } of unreadWays(model, functions)) {
    if (sinks.includes(sink)) loose.set(sink, model.pathOf(file));
  }
  return { loose };
}

/** @returns why it cannot be done */
function wrap(handler: Node, file: McpFunction['file'], edits: FileEdits): string | undefined {
  if (isWrapped(handler)) return undefined;
  if (Node.isFunctionDeclaration(handler) && handler.getOverloads().length > 0) return 'the handler has overloads';
  const protectMcp = edits.importFrom('node-function', 'protectMcp', file);
  if (Node.isFunctionDeclaration(handler)) wrapDeclaration(handler, protectMcp, edits.of(file));
  else edits.of(file).wrap(handler, `${protectMcp}(`, ')');
  return undefined;
}

/** `export default function handler` -> `function handler`, and the export at the end; without a name in its place. */
function wrapDeclaration(handler: FunctionDeclaration, protectMcp: string, edit: FileEdit): void {
  const [exported, , next] = handler.getModifiers();
  const code = next ?? handler.getFirstDescendantOrThrow((node) => node.getKindName() === 'FunctionKeyword');
  const name = handler.getName();
  if (name !== undefined && exported) {
    edit.splice([{ start: exported.getStart(), end: code.getStart(), text: '' }]);
    edit.append(`export default ${protectMcp}(${name})`);
    return;
  }
  const end = handler.getEnd();
  edit.splice([
    { start: code.getStart(), end: code.getStart(), text: `${protectMcp}(` },
    { start: end, end, text: edit.style.semicolons ? ');' : ')' },
  ]);
}
