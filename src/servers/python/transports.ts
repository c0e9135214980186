import type { PyNode } from '../../edit/python-tree.ts';
import type { Transport } from '../../types.ts';
import { calledName, keyword, positional, receiver } from './calls.ts';
import type { Constants } from './constants.ts';
import type { PyProgram, PySource } from './program.ts';
import type { PyServer, Servers } from './servers.ts';

/** One way in which a server is reached. */
export interface Way {
  servers: PyServer[];
  transport: Transport;
  /** Paths of an application that the server makes itself, the endpoint first. */
  paths: string[];
  source: PySource;
  call: PyNode;
  /** The call makes an application, which somebody else has to serve. */
  isApp: boolean;
  /** The transport is chosen when the program starts. */
  isChosen?: true;
}

const RUNNERS: Record<string, Transport | undefined> = {
  run_stdio_async: 'stdio',
  run_sse_async: 'sse',
  run_http_async: 'streamable-http',
  run_streamable_http_async: 'streamable-http',
};
export const BUILDERS: Record<string, Transport | undefined> = {
  streamable_http_app: 'streamable-http',
  http_app: 'streamable-http',
  sse_app: 'sse',
  get_app: 'streamable-http',
};
const NAMES: Record<string, Transport | undefined> = {
  stdio: 'stdio',
  sse: 'sse',
  http: 'streamable-http',
  'streamable-http': 'streamable-http',
  streamable_http: 'streamable-http',
};

/** Everything that starts or serves a server by its own methods. */
export function findWays(program: PyProgram, servers: Servers, constants: Constants): Way[] {
  return program.sources.flatMap((source) => [
    ...handedOver(source),
    ...source.calls.flatMap((call): Way[] => {
      const object = receiver(call);
      const name = calledName(call) ?? '';
      if (!object) return stdioOfLowLevel(program, servers, source, call);
      const isRun = name === 'run' || name === 'run_async';
      if (!isRun && !(name in RUNNERS) && !(name in BUILDERS)) return [];
      const own = servers.of(object);
      if (own.length === 0) return [];
      const transports = isRun
        ? chosen(call, own, constants)
        : [RUNNERS[name] ?? builderTransport(call, name, constants)];
      const isApp = name in BUILDERS;
      return transports.map((transport) => ({
        servers: own,
        transport,
        paths: pathsOf(call, own[0], transport, program, servers, constants),
        source,
        call,
        isApp,
        ...(isRun && transports.length > 1 ? { isChosen: true } : {}),
      }));
    }),
  ]);

  /** `anyio.run(mcp.run_streamable_http_async)` */
  function handedOver(source: PySource): Way[] {
    return source.tree.root.below().flatMap((node): Way[] => {
      const transport = node.type === 'attribute' ? RUNNERS[node.child('attribute')?.text ?? ''] : undefined;
      const [object, call] = [node.child('object'), node.within('call')];
      if (!transport || !object || !call || node.field === 'function') return [];
      const own = servers.of(object);
      if (own.length === 0) return [];
      const paths = pathsOf(call, own[0], transport, program, servers, constants);
      return [{ servers: own, transport, paths, source, call, isApp: false }];
    });
  }
}

function builderTransport(call: PyNode, name: string, constants: Constants): Transport {
  const given = constants.string(keyword(call, 'transport'));
  return (given === undefined ? undefined : NAMES[given]) ?? BUILDERS[name] ?? 'streamable-http';
}

/**
 * The transports that a call of `run` can mean. A low-level `run(read, write, options)` says nothing, be it that of
 * the server inside another: `mcp._mcp_server.run(…)`.
 */
function chosen(call: PyNode, own: PyServer[], constants: Constants): Transport[] {
  const isInner = positional(call).length > 2 || keyword(call, 'initialization_options') !== undefined;
  if (isInner || own.every(({ kind }) => kind === 'lowlevel')) return [];
  const given = keyword(call, 'transport') ?? positional(call)[0];
  if (!given) return hasSpread(call) ? ['streamable-http', 'stdio'] : ['stdio'];
  const known = constants.strings(given)?.flatMap((text) => NAMES[text] ?? []);
  if (known && known.length > 0 && !isSetting(given, constants)) return [...new Set(known)];
  return guessed(call);
}

/** A literal is certain; a default that the environment or an option can replace is not. */
function isSetting(given: PyNode, constants: Constants): boolean {
  return constants.strings(given) === undefined;
}

/** Chosen at start: every transport that the file names. */
function guessed(call: PyNode): Transport[] {
  const root = [...call.around()].at(-1);
  const named = [...(root?.below() ?? [])].flatMap((node) =>
    node.type === 'string_content' ? (NAMES[node.text] ?? []) : [],
  );
  const order: Transport[] = ['streamable-http', 'sse', 'stdio'];
  const found = order.filter((transport) => named.includes(transport));
  return found.some((transport) => transport !== 'stdio') ? found : ['streamable-http', ...found];
}

function hasSpread(call: PyNode): boolean {
  return call.child('arguments')?.parts.some((part) => part.type.endsWith('_splat')) === true;
}

function stdioOfLowLevel(program: PyProgram, servers: Servers, source: PySource, call: PyNode): Way[] {
  const callee = call.child('function');
  const isStdio =
    callee &&
    program.origins
      .of(callee)
      .some((o) => o.kind === 'external' && o.name.startsWith('mcp.') && o.name.endsWith('.stdio_server'));
  if (!isStdio) return [];
  const own = servers.all.filter((server) => server.kind === 'lowlevel');
  const here = own.filter((server) => server.source === source);
  return [{ servers: here.length > 0 ? here : own, transport: 'stdio', paths: [], source, call, isApp: false }];
}

/** Where an application that the server makes itself serves MCP. */
function pathsOf(
  call: PyNode,
  server: PyServer | undefined,
  transport: Transport,
  program: PyProgram,
  servers: Servers,
  constants: Constants,
): string[] {
  if (transport === 'stdio' || !server) return [];
  const read = (name: string): string | undefined =>
    constants.string(keyword(call, name)) ??
    constants.string(setting(server, name, program, servers)) ??
    constants.string(keyword(server.call, name));
  if (transport === 'streamable-http')
    return [clean(constants.string(keyword(call, 'path')) ?? read('streamable_http_path') ?? '/mcp')];
  const mounted = constants.string(keyword(call, 'mount_path') ?? keyword(server.call, 'mount_path')) ?? '';
  const sse = constants.string(keyword(call, 'path')) ?? read('sse_path') ?? '/sse';
  const message = read('message_path') ?? '/messages';
  return [clean(sse), clean(`${server.kind === 'sdk1' ? mounted : ''}${message}`)];
}

/** `mcp.settings.port = 9000`: the value, where one is set. */
export function setting(server: PyServer, name: string, program: PyProgram, servers: Servers): PyNode | undefined {
  for (const source of program.sources) {
    if (!source.text.includes('settings')) continue;
    for (const node of source.tree.root.below()) {
      if (node.type !== 'assignment') continue;
      const [left, right] = [node.child('left'), node.child('right')];
      const settings = left?.child('object');
      if (!right || left?.child('attribute')?.text !== name || settings?.child('attribute')?.text !== 'settings')
        continue;
      const object = settings.child('object');
      if (object && servers.of(object).includes(server)) return right;
    }
  }
  return undefined;
}

/** `//mcp/` -> `/mcp` */
export function clean(path: string): string {
  return `/${path
    .split('/')
    .filter((segment) => segment !== '')
    .join('/')}`;
}
