import type { PyNode } from '../../edit/python-tree.ts';
import type { Origin } from './origin.ts';
import type { PyProgram, PySource } from './program.ts';

export type ServerKind = 'sdk1' | 'sdk2' | 'lowlevel' | 'fastmcp' | 'fastapps';

/** One object that speaks MCP, known by the call that makes it. */
export interface PyServer {
  kind: ServerKind;
  /** The full name of what is called. */
  constructor_: string;
  call: PyNode;
  source: PySource;
}

const CLASSES: Record<string, ServerKind> = {
  'mcp.server.fastmcp.FastMCP': 'sdk1',
  'mcp.server.fastmcp.server.FastMCP': 'sdk1',
  'mcp.server.FastMCP': 'sdk1',
  'mcp.server.MCPServer': 'sdk2',
  'mcp.server.mcpserver.MCPServer': 'sdk2',
  'mcp.server.mcpserver.server.MCPServer': 'sdk2',
  'mcp.server.Server': 'lowlevel',
  'mcp.server.lowlevel.Server': 'lowlevel',
  'mcp.server.lowlevel.server.Server': 'lowlevel',
  'mcp.server.server.Server': 'lowlevel',
  'mcp.Server': 'lowlevel',
  'fastmcp.FastMCP': 'fastmcp',
  'fastmcp.server.FastMCP': 'fastmcp',
  'fastmcp.server.server.FastMCP': 'fastmcp',
  'fastmcp.server.openapi.FastMCPOpenAPI': 'fastmcp',
  'fastmcp.server.create_proxy': 'fastmcp',
  'fastapps.WidgetMCPServer': 'fastapps',
  'fastapps.core.server.WidgetMCPServer': 'fastapps',
};
/** Class methods that make a server as well. */
const FACTORIES = ['from_fastapi', 'from_openapi', 'as_proxy', 'from_client'];
/** What lies inside and is the same server for everybody outside: FastApps' FastMCP, FastMCP's low-level server. */
const INSIDE = ['mcp', '_mcp_server', '_lowlevel_server', 'server'];

/** The kind of server that a call of this name makes. */
export function kindOf(name: string): ServerKind | undefined {
  const dot = name.lastIndexOf('.');
  const owner = FACTORIES.includes(name.slice(dot + 1)) ? name.slice(0, dot) : name;
  return CLASSES[owner];
}

/** Finds the servers of a program, and tells which of them an expression is. */
export class Servers {
  readonly all: PyServer[] = [];
  readonly #program: PyProgram;
  readonly #byCall = new Map<PyNode, PyServer>();

  /** @param choose which one a call makes that can make several kinds */
  constructor(program: PyProgram, choose: (kinds: ServerKind[]) => ServerKind | undefined = ([first]) => first) {
    this.#program = program;
    for (const source of program.sources) {
      for (const call of source.calls) {
        const made = program.origins.of(call).flatMap((origin) => {
          const kind = origin.kind === 'result' && origin.call === call ? kindOf(origin.of) : undefined;
          return kind !== undefined && origin.kind === 'result' ? [{ kind, constructor_: origin.of }] : [];
        });
        const chosen = choose(made.map(({ kind }) => kind));
        const server = made.find(({ kind }) => kind === chosen);
        if (!server) continue;
        this.#byCall.set(call, { ...server, call, source });
        this.all.push(this.#byCall.get(call) as PyServer);
      }
    }
  }

  /** The servers that an expression can be. */
  of(node: PyNode): PyServer[] {
    return [...new Set(this.#program.origins.of(node).flatMap((origin) => this.from(origin)))];
  }

  from(origin: Origin): PyServer[] {
    switch (origin.kind) {
      case 'result': {
        const server = this.#byCall.get(origin.call);
        return server ? [server] : [];
      }
      case 'typed': {
        const kind = kindOf(origin.of);
        return this.all.filter((server) => server.kind === kind);
      }
      case 'instance':
        return this.all.filter((server) =>
          this.#program.origins.of(server.call).some((made) => made.kind === 'instance' && made.node === origin.node),
        );
      case 'member':
        return INSIDE.includes(origin.name) ? this.from(origin.base) : [];
      default:
        return [];
    }
  }
}
