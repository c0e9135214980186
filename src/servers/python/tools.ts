import type { PyNode } from '../../edit/python-tree.ts';
import type { Tool, UnresolvedTool } from '../../types.ts';
import { calledName, keyword, keywords, positional, receiver } from './calls.ts';
import type { Constants } from './constants.ts';
import { lowLevelTools } from './low-level-tools.ts';
import { decoratorsOf } from './origins.ts';
import type { PyProgram, PySource } from './program.ts';
import type { PyServer, Servers } from './servers.ts';
import { widgetTools } from './widgets.ts';

/** A tool with the server that it is registered with, where that is known. */
export interface FoundTool {
  tool: Tool;
  servers: PyServer[];
}

export interface FoundTools {
  tools: FoundTool[];
  unresolved: { tool: UnresolvedTool; servers: PyServer[] }[];
}

interface Context {
  program: PyProgram;
  servers: Servers;
  constants: Constants;
  found: FoundTools;
}

/** Servers whose tools are made from something else: an OpenAPI description, another server. */
const MADE = ['from_openapi', 'from_fastapi', 'as_proxy', 'from_client', 'create_proxy', 'FastMCPOpenAPI'];

/** Every tool that the source registers, with its name as clients see it before a prefix. */
export function findTools(program: PyProgram, servers: Servers, constants: Constants): FoundTools {
  const found: FoundTools = { tools: [], unresolved: [] };
  const context = { program, servers, constants, found };
  for (const source of program.sources) {
    for (const node of source.tree.root.below()) {
      if (node.type === 'function_definition') readDecorated(context, source, node);
      else if (node.type === 'call') readCall(context, source, node);
    }
  }
  for (const server of servers.all) {
    const name = server.constructor_.split('.').at(-1) ?? '';
    if (MADE.includes(name))
      unresolved(context, server.source, server.call, [server], `${name} makes the tools when the server starts`);
  }
  lowLevelTools(program, servers, constants, found);
  widgetTools(program, servers, constants, found);
  return found;
}

/** `@mcp.tool`, `@mcp.tool()`, `@mcp.tool("name")`, `@mcp.tool(name="name")`. */
function readDecorated(context: Context, source: PySource, fn: PyNode): void {
  for (const decorator of decoratorsOf(fn)) {
    const callee = decorator.type === 'call' ? decorator.child('function') : decorator;
    const object =
      callee?.type === 'attribute' && callee.child('attribute')?.text === 'tool' ? callee.child('object') : undefined;
    const servers = object && registrars(context, source, object);
    if (!servers) continue;
    const nameNode = decorator.type === 'call' ? (keyword(decorator, 'name') ?? positional(decorator)[0]) : undefined;
    add(context, source, nameNode ?? fn.child('name'), decorator, servers, nameNode === undefined);
  }
}

/** `mcp.tool()(fn)`, `mcp.tool(fn)`, `mcp.add_tool(fn, name="x")`, `mcp.add_tool(Tool.from_function(fn))`, `FastMCP(tools=[…])`. */
function readCall(context: Context, source: PySource, call: PyNode): void {
  const name = calledName(call);
  const object = receiver(call);
  if (object && (name === 'add_tool' || (name === 'tool' && !isDecorator(call)))) {
    const [first] = positional(call);
    const servers = first && !isText(first) ? registrars(context, source, object) : undefined;
    if (servers) register(context, source, first as PyNode, call, servers);
    return;
  }
  const callee = call.child('function');
  if (callee?.type === 'call' && calledName(callee) === 'tool') {
    const inner = receiver(callee);
    const servers = inner && registrars(context, source, inner);
    const [first] = positional(call);
    if (servers && first) register(context, source, first, callee, servers);
    return;
  }
  const own = context.servers.all.filter((server) => server.call === call);
  const tools = own.length > 0 ? keyword(call, 'tools') : undefined;
  for (const element of tools ? (context.constants.elements(tools) ?? []) : [])
    register(context, source, element, element, own);
}

/** A function, or a tool object made of one, handed to the server; in a loop every element of the list. */
function register(context: Context, source: PySource, given: PyNode, call: PyNode, servers: PyServer[]): void {
  const { constants, program } = context;
  const named = call.type === 'call' ? keyword(call, 'name') : undefined;
  if (named) return add(context, source, named, call, servers, false);
  const loop = given.type === 'identifier' ? source.scopes.lookUp(given) : [];
  const lists = loop.flatMap((binding) => (binding.kind === 'element' ? [binding.of] : []));
  if (lists.length > 0) {
    for (const list of lists) {
      const elements = constants.elements(list);
      if (!elements) unresolved(context, source, call, servers, 'the list of tools is made when the server starts');
      for (const element of elements ?? []) register(context, program.sourceOf(element), element, element, servers);
    }
    return;
  }
  if (given.type === 'call') {
    const inner = keyword(given, 'name');
    if (inner) return add(context, source, inner, call, servers, false);
    const [fn] = positional(given);
    if (fn && !isText(fn)) return register(context, source, fn, given, servers);
    if (fn) return add(context, source, fn, call, servers, false);
  }
  const origins = program.origins.of(given);
  const definition = origins.flatMap((origin) => (origin.kind === 'function' ? [origin.node.child('name')] : []))[0];
  const made = origins.flatMap((origin) => (origin.kind === 'result' && origin.call !== given ? [origin.call] : []))[0];
  if (definition) return add(context, source, definition, call, servers, true);
  if (made) return register(context, program.sourceOf(made), made, call, servers);
  const last = given.type === 'attribute' ? given.child('attribute') : undefined;
  if (last && origins.length > 0) return add(context, source, last, call, servers, true);
  unresolved(context, source, call, servers, 'the function is chosen when the server starts');
}

/** The servers behind `x` in `x.tool`; `[]` where `x` is handed in from somewhere that is not seen. */
function registrars({ servers, program }: Context, source: PySource, object: PyNode): PyServer[] | undefined {
  const own = servers.of(object);
  if (own.length > 0) return own;
  if (program.origins.of(object).length > 0) return undefined;
  const name = object.text.split('.').at(-1) ?? '';
  const bindings = object.type === 'identifier' ? source.scopes.lookUp(object) : [];
  const isGiven =
    object.type !== 'identifier' || bindings.some(({ kind }) => kind === 'parameter' || kind === 'element');
  return isGiven && isServerName(name) ? [] : undefined;
}

function isServerName(name: string): boolean {
  const lower = name.toLowerCase();
  return lower.includes('mcp') || lower === 'server' || lower === 'app';
}

function add(
  context: Context,
  source: PySource,
  name: PyNode | undefined,
  at: PyNode,
  servers: PyServer[],
  isIdentifier: boolean,
): void {
  const texts = name && (isIdentifier ? [name.text] : context.constants.strings(name));
  if (!texts) return unresolved(context, source, at, servers, 'the name is made when the server starts');
  const annotations = at.type === 'call' ? annotationsOf(context, keyword(at, 'annotations')) : undefined;
  for (const text of texts) {
    const tool = { name: text, file: source.path, line: at.row + 1, ...(annotations ? { annotations } : {}) };
    context.found.tools.push({ tool, servers });
  }
}

function unresolved({ found }: Context, source: PySource, at: PyNode, servers: PyServer[], reason: string): void {
  const expression = at.text.split('\n')[0] ?? '';
  found.unresolved.push({ tool: { file: source.path, line: at.row + 1, expression, reason }, servers });
}

/** `ToolAnnotations(readOnlyHint=True)`, in SDK 2 `read_only_hint`, or a dictionary. */
export function annotationsOf(
  { program }: Pick<Context, 'program'>,
  node: PyNode | undefined,
): Tool['annotations'] | undefined {
  const value = node?.type === 'identifier' ? valueOf(program, node) : node;
  const given = !value
    ? []
    : value.type === 'dictionary'
      ? value.parts.flatMap((pair): [string, PyNode][] => {
          const [key, hint] = [
            pair.child('key')?.parts.find((p) => p.type === 'string_content')?.text,
            pair.child('value'),
          ];
          return key !== undefined && hint ? [[key, hint]] : [];
        })
      : keywords(value);
  const read = (...names: string[]): boolean | undefined => {
    const hint = given.find(([name]) => names.includes(name))?.[1].type;
    return hint === 'true' ? true : hint === 'false' ? false : undefined;
  };
  const readOnlyHint = read('readOnlyHint', 'read_only_hint');
  const destructiveHint = read('destructiveHint', 'destructive_hint');
  if (readOnlyHint === undefined && destructiveHint === undefined) return undefined;
  return {
    ...(readOnlyHint === undefined ? {} : { readOnlyHint }),
    ...(destructiveHint === undefined ? {} : { destructiveHint }),
  };
}

function valueOf(program: PyProgram, name: PyNode): PyNode | undefined {
  const [binding] = program.sourceOf(name).scopes.lookUp(name);
  if (binding?.kind === 'value') return binding.node;
  const [origin] = program.origins.of(name);
  return origin?.kind === 'result' ? origin.call : undefined;
}

function isDecorator(call: PyNode): boolean {
  return call.parent?.type === 'decorator' || (call.parent?.type === 'call' && call.field === 'function');
}

function isText(node: PyNode): boolean {
  return node.type === 'string' || node.type === 'concatenated_string';
}
