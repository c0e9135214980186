import type { PyNode } from '../../edit/python-tree.ts';
import { calledName, keyword, positional, receiver } from './calls.ts';
import type { Constants } from './constants.ts';
import type { Origin } from './origin.ts';
import { decoratorsOf } from './origins.ts';
import type { Host, Lead, Stray } from './host.ts';
import type { PyProgram, PySource } from './program.ts';
import type { PyServer, Servers } from './servers.ts';
import { BUILDERS, clean, type Way } from './transports.ts';

const HOSTS = ['Starlette', 'FastAPI'];
const MANAGER = 'StreamableHTTPSessionManager';
const SSE = 'SseServerTransport';
const ROUTES = ['Mount', 'Route', 'APIRoute', 'Host'];
const METHODS = [
  'mount',
  'add_route',
  'add_api_route',
  'route',
  'api_route',
  'get',
  'post',
  'delete',
  'websocket_route',
];

/** Finds the hosts, and with them the full paths of their MCP endpoints. */
export class Endpoints {
  readonly hosts: Host[] = [];
  readonly strays: Stray[] = [];
  readonly #program: PyProgram;
  readonly #servers: Servers;
  readonly #constants: Constants;
  readonly #ways: Way[];
  readonly #byCall = new Map<PyNode, Host>();

  constructor(program: PyProgram, servers: Servers, constants: Constants, ways: Way[]) {
    this.#program = program;
    this.#servers = servers;
    this.#constants = constants;
    this.#ways = ways;
    for (const source of program.sources) {
      for (const call of source.calls) {
        const isHost = program.origins
          .of(call)
          .some((o) => o.kind === 'result' && o.call === call && isHostClass(o.of));
        if (isHost) this.#byCall.set(call, { call, source, endpoints: [] });
      }
    }
    for (const source of program.sources) {
      for (const call of source.calls) this.#readRoute(source, call);
      for (const call of source.calls) this.#readSpread(source, call);
      for (const node of source.tree.root.below())
        if (node.type === 'function_definition') this.#readDecorated(source, node);
    }
    this.#nest();
    this.hosts.push(...[...this.#byCall.values()].filter(({ endpoints }) => endpoints.length > 0));
  }

  /** `Mount("/api", app=…)`, `Route("/mcp", endpoint=…)`, `app.mount("/api", …)`. */
  #readRoute(source: PySource, call: PyNode): void {
    const name = calledName(call) ?? '';
    const object = receiver(call);
    const isRoute = ROUTES.includes(name);
    if (!isRoute && !(object && METHODS.includes(name))) return;
    const [first, second] = positional(call);
    const target = keyword(call, 'app') ?? keyword(call, 'endpoint') ?? keyword(call, 'route') ?? second;
    const pathNode = keyword(call, 'path') ?? (first === target ? undefined : first);
    if (!target) return;
    const leads = this.leads(target);
    if (leads.length === 0) return;
    const path = pathNode ? this.#constants.string(pathNode) : '';
    const hosts = isRoute ? this.#hostsOfRoute(source, call) : this.#hostsOf(object);
    if (object && !isRoute && hosts.length === 0) {
      // Mounted into an application that a server made itself: the gates of both are in place.
      if (this.leads(object).length > 0) return;
      if (this.#servers.of(object).length > 0) return;
    }
    if (path === undefined || hosts.length === 0) {
      const reason =
        path === undefined
          ? 'the path of this route is not written down'
          : 'the application of this route was not found';
      this.strays.push({ node: call, source, reason });
      return;
    }
    const prefix = isRoute ? this.#prefixOf(call) : '';
    for (const host of hosts) this.#add(host, `${prefix}/${path}`, leads);
  }

  /** `FastAPI(routes=[*mcp_app.routes, …])`: routes without the application whose gate they had. */
  #readSpread(source: PySource, call: PyNode): void {
    const routes = this.#byCall.has(call) ? keyword(call, 'routes') : undefined;
    if (!routes) return;
    for (const node of [routes, ...routes.below()]) {
      const object =
        node.type === 'attribute' && node.child('attribute')?.text === 'routes' ? node.child('object') : undefined;
      const leads = object ? this.leads(object) : [];
      const host = this.#byCall.get(call);
      if (host && leads.length > 0) this.#add(host, '', leads);
    }
    void source;
  }

  /** `@app.post("/mcp")` above a function that hands the request to a transport. */
  #readDecorated(source: PySource, fn: PyNode): void {
    for (const decorator of decoratorsOf(fn)) {
      const object = decorator.type === 'call' ? receiver(decorator) : undefined;
      if (!object || !METHODS.includes(calledName(decorator) ?? '')) continue;
      const leads = this.#ofFunction(fn);
      if (leads.length === 0) continue;
      const path = this.#constants.string(keyword(decorator, 'path') ?? positional(decorator)[0]);
      const hosts = this.#hostsOf(object);
      if (path === undefined || hosts.length === 0) {
        this.strays.push({ node: decorator, source, reason: 'the application of this route was not found' });
      } else for (const host of hosts) this.#add(host, path, leads);
    }
  }

  #add(host: Host, path: string, leads: Lead[]): void {
    for (const { transport, below, servers, isMessages } of leads) {
      for (const [index, rest] of (below.length > 0 ? below : ['']).entries()) {
        const full = clean(`${path}/${rest}`);
        if (host.endpoints.some((known) => known.path === full)) continue;
        const messages = isMessages === true || (transport === 'sse' && index > 0);
        host.endpoints.push({ path: full, transport, servers, ...(messages ? { isMessages: true } : {}) });
      }
    }
  }

  /** A host that is mounted into another: its endpoints are the outer one's. */
  #nest(): void {
    for (const source of this.#program.sources) {
      for (const call of source.calls) {
        const target = keyword(call, 'app') ?? positional(call)[1];
        const isMount = ['mount', 'Mount'].includes(calledName(call) ?? '');
        if (!isMount || !target) continue;
        const inner = this.#hostsOf(target).filter((host) => host.endpoints.length > 0);
        if (inner.length === 0) continue;
        const path = this.#constants.string(keyword(call, 'path') ?? positional(call)[0]) ?? '';
        const object = receiver(call);
        const outer = calledName(call) === 'Mount' ? this.#hostsOfRoute(source, call) : this.#hostsOf(object);
        for (const host of outer) {
          for (const from of inner) {
            if (from === host) continue;
            from.isInner = true;
            for (const endpoint of from.endpoints)
              host.endpoints.push({ ...endpoint, path: clean(`${path}/${endpoint.path}`) });
          }
        }
      }
    }
  }

  #hostsOf(node: PyNode | undefined): Host[] {
    if (!node) return [];
    return this.#program.origins.of(node).flatMap((origin) => this.#hostFrom(origin));
  }

  #hostFrom(origin: Origin): Host[] {
    if (origin.kind === 'result') return [this.#byCall.get(origin.call)].filter((host) => host !== undefined);
    if (origin.kind === 'member' && (origin.name === 'router' || origin.name === 'routes'))
      return this.#hostFrom(origin.base);
    if (origin.kind === 'typed' && isHostClass(origin.of)) return [...this.#byCall.values()];
    return [];
  }

  /** The host that a route written as an object gets into: around it, by the name of its list, or the only one here. */
  #hostsOfRoute(source: PySource, call: PyNode): Host[] {
    for (const around of call.around()) {
      const host = this.#byCall.get(around);
      if (host) return [host];
      const isAppended = around.type === 'call' && ['append', 'insert', 'extend'].includes(calledName(around) ?? '');
      const list = isAppended ? receiver(around) : undefined;
      const hosts = this.#hostsOf(list);
      if (hosts.length > 0) return hosts;
    }
    const here = [...this.#byCall.values()].filter((host) => host.source === source);
    const all = here.length > 0 ? here : [...this.#byCall.values()];
    return all.length === 1 ? all : here.filter((host) => keyword(host.call, 'routes'));
  }

  /** Of a route inside `Mount("/a", routes=[…])` the path before it. */
  #prefixOf(call: PyNode): string {
    const outer = [...call.around()].filter((node) => node.type === 'call' && calledName(node) === 'Mount');
    return outer
      .map((mount) => this.#constants.string(keyword(mount, 'path') ?? positional(mount)[0]) ?? '')
      .reverse()
      .join('/');
  }

  /** What an application or a handler leads to. */
  leads(node: PyNode): Lead[] {
    if (node.type === 'call' && node.child('function')?.type !== undefined && isWrapper(node)) {
      const [inner] = positional(node);
      if (inner) return this.leads(inner);
    }
    return this.#program.origins.of(node).flatMap((origin) => this.#leadsFrom(origin));
  }

  #leadsFrom(origin: Origin): Lead[] {
    switch (origin.kind) {
      case 'returned': {
        if (!(origin.name in BUILDERS) || this.#servers.from(origin.base).length === 0) return [];
        return this.#ways
          .filter((way) => way.call === origin.call)
          .map(({ transport, paths, servers }) => ({ transport, below: paths, servers }));
      }
      case 'member':
        return this.#ofTransport(origin.base, origin.name);
      case 'function':
        return this.#ofFunction(origin.node);
      case 'instance':
      case 'class':
        return [...origin.node.below()]
          .filter((node) => node.type === 'function_definition' && node.child('name')?.text === '__call__')
          .flatMap((fn) => this.#ofFunction(fn));
      case 'result':
        return origin.of.split('.').at(-1) === 'StreamableHTTPASGIApp'
          ? [{ transport: 'streamable-http', below: [], servers: [] }]
          : [];
      default:
        return [];
    }
  }

  /** A method of the SDK's transports. */
  #ofTransport(base: Origin, name: string): Lead[] {
    const ofClass = base.kind === 'result' || base.kind === 'typed' ? base.of.split('.').at(-1) : undefined;
    const isManager = ofClass === MANAGER || (base.kind === 'member' && base.name === 'session_manager');
    const servers = base.kind === 'member' ? this.#servers.from(base.base) : this.#served(base);
    if (isManager && name === 'handle_request') return [{ transport: 'streamable-http', below: [], servers }];
    if (ofClass === 'StreamableHTTPServerTransport' && name === 'handle_request')
      return [{ transport: 'streamable-http', below: [], servers: this.#lowLevel() }];
    if (ofClass !== SSE) return [];
    if (name === 'connect_sse') return [{ transport: 'sse', below: [], servers: this.#lowLevel() }];
    return name === 'handle_post_message'
      ? [{ transport: 'sse', below: [], servers: this.#lowLevel(), isMessages: true }]
      : [];
  }

  /** The server that a session manager was given. */
  #served(base: Origin): PyServer[] {
    const given = base.kind === 'result' ? (keyword(base.call, 'app') ?? positional(base.call)[0]) : undefined;
    const found = given ? this.#servers.of(given) : [];
    return found.length > 0 ? found : this.#lowLevel();
  }

  #lowLevel(): PyServer[] {
    const low = this.#servers.all.filter(({ kind }) => kind === 'lowlevel');
    return low.length > 0 ? low : this.#servers.all;
  }

  #ofFunction(fn: PyNode, depth = 0): Lead[] {
    const leads = [...fn.below()].flatMap((node): Lead[] => {
      const callee = node.type === 'call' ? node.child('function') : undefined;
      if (!callee) return [];
      return this.#program.origins.of(callee).flatMap((origin): Lead[] => {
        if (origin.kind === 'member') return this.#ofTransport(origin.base, origin.name);
        return origin.kind === 'function' && depth < 2 ? this.#ofFunction(origin.node, depth + 1) : [];
      });
    });
    const isSse = leads.some((lead) => lead.transport === 'sse' && lead.isMessages !== true);
    return leads.filter((lead, index) => isSse || index === 0 || lead.transport !== leads[0]?.transport);
  }
}

/** Middleware of ASGI around an application: `CORSMiddleware(app, …)`. */
function isWrapper(call: PyNode): boolean {
  return (calledName(call) ?? '').endsWith('Middleware');
}

function isHostClass(name: string): boolean {
  const [top] = name.split('.');
  return (top === 'starlette' || top === 'fastapi') && HOSTS.includes(name.split('.').at(-1) ?? '');
}
