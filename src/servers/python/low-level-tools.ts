import type { PyNode } from '../../edit/python-tree.ts';
import { calledName, keyword, positional, receiver } from './calls.ts';
import type { Constants } from './constants.ts';
import { decoratorsOf } from './origins.ts';
import type { PyProgram } from './program.ts';
import type { PyServer, Servers } from './servers.ts';
import { annotationsOf, type FoundTools } from './tools.ts';

const TOOL_CLASSES = ['mcp.types.Tool', 'mcp.Tool', 'mcp_types.Tool'];

/**
 * Tools of servers that answer `tools/list` and `tools/call` themselves: those that the listing names, and those that
 * the function for calls tells apart.
 */
export function lowLevelTools(program: PyProgram, servers: Servers, constants: Constants, found: FoundTools): void {
  const listing = handlers(program, servers, 'list_tools');
  const calling = handlers(program, servers, 'call_tool');
  if (listing.length === 0 && calling.length === 0) return;
  const own = [...new Set([...listing, ...calling].flatMap((handler) => handler.servers))];
  const known = new Set(found.tools.map(({ tool }) => tool.name));
  const add = (names: string[], node: PyNode): void => {
    const annotations = node.type === 'call' ? annotationsOf({ program }, keyword(node, 'annotations')) : undefined;
    for (const name of names) {
      if (known.has(name)) continue;
      known.add(name);
      const file = program.sourceOf(node).path;
      found.tools.push({
        tool: { name, file, line: node.row + 1, ...(annotations ? { annotations } : {}) },
        servers: own,
      });
    }
  };
  const open: PyNode[] = [];
  for (const source of program.sources) {
    for (const call of source.calls) {
      const callee = call.child('function');
      const isTool =
        callee && program.origins.of(callee).some((o) => o.kind === 'external' && TOOL_CLASSES.includes(o.name));
      const name = isTool ? (keyword(call, 'name') ?? positional(call)[0]) : undefined;
      const names = name && constants.strings(name);
      if (names) add(names, call);
      else if (name) open.push(call);
    }
  }
  for (const { fn } of calling) for (const [names, node] of dispatched(fn, constants)) add(names, node);
  if (known.size > 0 && calling.some(({ fn }) => [...dispatched(fn, constants)].length > 0)) return;
  for (const call of open) {
    const { path: file } = program.sourceOf(call);
    const expression = call.text.split('\n')[0] ?? '';
    const reason = 'the name is made when the server starts';
    found.unresolved.push({ tool: { file, line: call.row + 1, expression, reason }, servers: own });
  }
}

/** Functions that are registered by `@server.list_tools()`, `Server(on_list_tools=…)` and the like. */
function handlers(program: PyProgram, servers: Servers, name: string): { fn: PyNode; servers: PyServer[] }[] {
  const registered = program.sources.flatMap((source) =>
    [...source.tree.root.below()].flatMap((fn) => {
      if (fn.type !== 'function_definition') return [];
      return decoratorsOf(fn).flatMap((decorator) => {
        const object = decorator.type === 'call' && calledName(decorator) === name ? receiver(decorator) : undefined;
        return object ? [{ fn, servers: servers.of(object) }] : [];
      });
    }),
  );
  const given = servers.all.flatMap((server) => {
    const handler = keyword(server.call, `on_${name}`);
    const origins = handler ? program.origins.of(handler) : [];
    return origins.flatMap((origin) => (origin.kind === 'function' ? [{ fn: origin.node, servers: [server] }] : []));
  });
  return [...registered, ...given];
}

/** `if name == "x"`, `name in ("x", "y")`, `match name: case "x":` in the function that answers calls. */
function* dispatched(fn: PyNode, constants: Constants): Generator<[string[], PyNode]> {
  const name = 'name';
  for (const node of fn.below()) {
    if (node.type === 'comparison_operator') {
      const [left, right] = node.parts;
      const isName = left !== undefined && (left.text === name || left.text.endsWith(`.${name}`));
      if (!isName || !right) continue;
      const operators = node.all('operators').map(({ text }) => text);
      if (operators.includes('==')) yield [constants.strings(right) ?? [], node];
      if (operators.includes('in'))
        yield [(constants.elements(right) ?? []).flatMap((element) => constants.strings(element) ?? []), node];
    } else if (node.type === 'match_statement') {
      const subject = node.child('subject');
      if (subject?.text !== name && subject?.text.endsWith(`.${name}`) !== true) continue;
      const patterns = [...node.below()].filter((each) => each.type === 'case_pattern');
      for (const pattern of patterns)
        for (const each of pattern.below())
          if (each.type === 'string' || each.type === 'dotted_name') yield [constants.strings(each) ?? [], each];
    }
  }
}
