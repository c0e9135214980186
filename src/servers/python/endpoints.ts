import type { PyNode } from '../../edit/python-tree.ts';
import { calledName, keyword, positional, receiver } from './calls.ts';
import type { Constants } from './constants.ts';
import type { Origin } from './origin.ts';
import { decoratorsOf } from './origins.ts';
import type { Host, Lead, Stray } from './host.ts';
import { isHostClass, joined, Places, type Place } from './places.ts';
import type { PyProgram, PySource } from './program.ts';
import type { PyServer, Servers } from './servers.ts';
import { BUILDERS, clean, type Way } from './transports.ts';

const CREATORS = ['fastmcp.server.http.create_streamable_http_app', 'fastmcp.server.http.create_sse_app'];
const WEBSOCKET = 'mcp.server.websocket.websocket_server';
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
  readonly #places: Places;

  constructor(program: PyProgram, servers: Servers, constants: Constants, ways: Way[]) {
    this.#program = program;
    this.#servers = servers;
    this.#constants = constants;
    this.#ways = ways;
    this.#places = new Places(program, constants, this.#byCall);
    for (const source of program.sources) {
      for (const call of source.calls) {
        const made = program.origins.of(call).flatMap((o) => (o.kind === 'result' && o.call === call ? [o.of] : []));
        const creator = made.find((name) => CREATORS.includes(name));
        if (made.some(isHostClass)) this.#byCall.set(call, { call, source, endpoints: [] });
        else if (creator !== undefined) this.#readCreated(source, call, creator);
        else if (made.includes(WEBSOCKET))
          this.strays.push({
            node: call,
            source,
            reason: 'it serves MCP over WebSocket, where no gate can be: remove it',
          });
      }
    }
    for (const source of program.sources) {
      for (const call of source.calls) this.#readRoute(source, call);
      this.#readMoved(source);
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
    const paths = pathNode ? (this.#constants.strings(pathNode) ?? [undefined]) : [''];
    const places = isRoute ? this.#placesOfRoute(source, call) : object ? this.#places.ofObject(object) : [];
    if (object && !isRoute && places.length === 0) {
      // Mounted into an application that a server made itself: the gates of both are in place.
      if (this.leads(object).length > 0) return;
      if (this.#servers.of(object).length > 0) return;
    }
    for (const path of paths) this.#addAt(places, path, leads, { node: call, source });
  }

  #addAt(places: Place[], path: string | undefined, leads: Lead[], at: Omit<Stray, 'reason'>): void {
    if (places.length === 0) this.strays.push({ ...at, reason: 'the application of this route was not found' });
    for (const { host, prefix } of places) {
      const full = joined(prefix, path);
      if (full === undefined) this.strays.push({ ...at, reason: 'the path of this route is not written down' });
      else this.#add(host, full, leads);
    }
  }

  /** `FastAPI(routes=[*mcp_app.routes, …])`, `app.mount("/", mcp_app.router)`: routes without their application. */
  #readMoved(source: PySource): void {
    for (const node of source.tree.root.below()) {
      const object = node.parent?.type === 'attribute' ? undefined : withoutRoutes(node);
      const leads = object ? this.leads(object) : [];
      const places = leads.length > 0 ? this.#places.of(node) : [];
      if (places.length > 0) this.#addAt(places, '', leads, { node, source });
    }
  }

  /** `create_streamable_http_app(server=mcp, …)` of fastmcp: an application that the server's own methods do not make. */
  #readCreated(source: PySource, call: PyNode, name: string): void {
    const [isSse, [first, second, third]] = [name.endsWith('create_sse_app'), positional(call)];
    const server = keyword(call, 'server') ?? first;
    const nodes = isSse
      ? [keyword(call, 'sse_path') ?? third, keyword(call, 'message_path') ?? second]
      : [keyword(call, 'streamable_http_path') ?? second];
    const paths = nodes.flatMap((node) => this.#constants.string(node) ?? []);
    const [transport, servers] = [isSse ? 'sse' : 'streamable-http', server ? this.#servers.of(server) : []] as const;
    const host = { call, source, endpoints: [] };
    this.#byCall.set(call, host);
    if (paths.length === nodes.length) this.#add(host, '', [{ transport, below: paths, servers }]);
    else this.strays.push({ node: call, source, reason: 'the path of this application is not written down' });
  }

  /** `@app.post("/mcp")` above a function that hands the request to a transport. */
  #readDecorated(source: PySource, fn: PyNode): void {
    for (const decorator of decoratorsOf(fn)) {
      const object = decorator.type === 'call' ? receiver(decorator) : undefined;
      if (!object || !METHODS.includes(calledName(decorator) ?? '')) continue;
      const leads = this.#ofFunction(fn);
      if (leads.length === 0) continue;
      const path = this.#constants.string(keyword(decorator, 'path') ?? positional(decorator)[0]);
      this.#addAt(this.#places.ofObject(object), path, leads, { node: decorator, source });
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
        const path = this.#constants.string(keyword(call, 'path') ?? positional(call)[0]);
        const object = receiver(call);
        const outer = object ? this.#places.ofObject(object) : this.#placesOfRoute(source, call);
        for (const { host, prefix } of outer)
          for (const from of inner) if (from !== host) this.#nestOne(from, host, joined(prefix, path), call, source);
      }
    }
  }

  #nestOne(from: Host, into: Host, path: string | undefined, node: PyNode, source: PySource): void {
    if (path === undefined)
      return void this.strays.push({ node, source, reason: 'the path of this application is not written down' });
    from.isInner = true;
    for (const endpoint of from.endpoints)
      into.endpoints.push({ ...endpoint, path: clean(`${path}/${endpoint.path}`) });
  }

  #hostsOf(node: PyNode): Host[] {
    return this.#places.ofObject(node).map(({ host }) => host);
  }

  /** A route written as an object; where nobody can be seen to take it, it is the only host's. */
  #placesOfRoute(source: PySource, call: PyNode): Place[] {
    const places = this.#places.of(call);
    if (places.length > 0) return places;
    const here = [...this.#byCall.values()].filter((host) => host.source === source);
    const all = here.length > 0 ? here : [...this.#byCall.values()];
    const likely = all.length === 1 ? all : here.filter((host) => keyword(host.call, 'routes'));
    return likely.map((host) => ({ host, prefix: this.#prefixOf(call) }));
  }

  /** Of a route inside `Mount("/a", routes=[…])` the path before it. */
  #prefixOf(call: PyNode): string | undefined {
    const outer = [...call.around()].filter((node) => node.type === 'call' && calledName(node) === 'Mount');
    return outer
      .map((mount) => this.#constants.string(keyword(mount, 'path') ?? positional(mount)[0]))
      .reduce((after, before) => joined(before, after), '' as string | undefined);
  }

  /** What an application or a handler leads to. */
  leads(node: PyNode): Lead[] {
    if (node.type === 'call' && node.child('function')?.type !== undefined && isWrapper(node)) {
      const [inner] = positional(node);
      if (inner) return this.leads(inner);
    }
    if (node.type === 'lambda') return this.#ofFunction(node);
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
    if (isManager && ['handle_request', 'asgi_app'].includes(name))
      return [{ transport: 'streamable-http', below: [], servers }];
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

/** Of `app.routes`, `app.router` or `app.router.routes` the application. */
function withoutRoutes(node: PyNode): PyNode | undefined {
  const name = node.type === 'attribute' ? node.child('attribute')?.text : undefined;
  const object = name === 'routes' || name === 'router' ? node.child('object') : undefined;
  return (name === 'routes' && object && withoutRoutes(object)) || object;
}
