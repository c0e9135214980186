import type { PyNode } from '../../edit/python-tree.ts';
import { calledName, keyword, positional, receiver } from './calls.ts';
import type { Constants } from './constants.ts';
import type { Host } from './host.ts';
import type { Origin } from './origin.ts';
import type { PyProgram, PySource } from './program.ts';
import { scopeOf } from './scopes.ts';
import { clean } from './transports.ts';

/** Where a route ends up: a host, and the path before it; `undefined` where that is not written down. */
export interface Place {
  host: Host;
  prefix: string | undefined;
}

const ROUTERS = ['Router', 'APIRouter'];
const INTO_LIST = ['append', 'insert', 'extend'];
const INTO_HOST = ['mount', 'include_router'];

/** Follows routes, routers and lists of routes to the applications that they get into. */
export class Places {
  readonly #program: PyProgram;
  readonly #constants: Constants;
  readonly #hosts: ReadonlyMap<PyNode, Host>;

  /** @param hosts by the calls that make them */
  constructor(program: PyProgram, constants: Constants, hosts: ReadonlyMap<PyNode, Host>) {
    this.#program = program;
    this.#constants = constants;
    this.#hosts = hosts;
  }

  /** Of an expression that is a host or a router: `app`, `app.router`, `router`. */
  ofObject(node: PyNode): Place[] {
    return this.#program.origins.of(node).flatMap((origin) => this.#ofOrigin(origin, new Set()));
  }

  #ofOrigin(origin: Origin, seen: Set<PyNode>): Place[] {
    if (origin.kind === 'result') {
      const host = this.#hosts.get(origin.call);
      if (host) return [{ host, prefix: '' }];
      return isRouter(origin.of) ? this.#from(origin.call, seen, this.#own(origin.call)) : [];
    }
    if (origin.kind === 'member' && (origin.name === 'router' || origin.name === 'routes'))
      return this.#ofOrigin(origin.base, seen);
    if (origin.kind === 'typed' && isHostClass(origin.of))
      return [...this.#hosts.values()].map((host) => ({ host, prefix: '' }));
    return [];
  }

  /** Of an expression that is a route, a router or a list of them. */
  of(node: PyNode): Place[] {
    return this.#from(node, new Set(), '');
  }

  #from(node: PyNode, seen: Set<PyNode>, prefix: string | undefined): Place[] {
    if (seen.has(node)) return [];
    seen.add(node);
    let path = prefix;
    for (const around of node.around()) {
      if (around.type === 'call') {
        const callee = around.child('function');
        if (callee && callee.start <= node.start && node.end <= callee.end) return [];
        const host = this.#hosts.get(around);
        if (host) return [{ host, prefix: path }];
        const name = calledName(around) ?? '';
        const object = receiver(around);
        if (name === 'Mount') path = joined(this.#pathOf(around), path);
        else if (ROUTERS.includes(name)) path = joined(this.#own(around), path);
        else if (object && INTO_LIST.includes(name)) return this.#intoList(object, seen, path);
        else if (object && INTO_HOST.includes(name)) {
          const before = joined(this.#pathOf(around), path);
          return this.ofObject(object).map((place) => ({ ...place, prefix: joined(place.prefix, before) }));
        }
      } else if (around.type === 'assignment') {
        const left = around.child('left');
        return left?.type === 'identifier' ? this.#ofName(left, seen, path) : [];
      } else if (around.type === 'for_statement') {
        const left = around.child('left');
        const isOver = around.child('right') === node || around.child('right')?.below().includes(node) === true;
        return isOver && left?.type === 'identifier' ? this.#ofName(left, seen, path) : [];
      } else if (around.type === 'return_statement') {
        const callers = this.#program.origins.callersOf(scopeOf(around));
        return callers.flatMap((call) => this.#from(call, seen, path));
      } else if (around.type === 'function_definition' || around.type === 'class_definition') return [];
    }
    return [];
  }

  #intoList(list: PyNode, seen: Set<PyNode>, path: string | undefined): Place[] {
    const places = this.ofObject(list);
    if (places.length > 0) return places.map((place) => ({ ...place, prefix: joined(place.prefix, path) }));
    return list.type === 'identifier' ? this.#ofName(list, seen, path) : [];
  }

  /** Every place where the name is used, in this file and in those that import it. */
  #ofName(name: PyNode, seen: Set<PyNode>, path: string | undefined): Place[] {
    const home = this.#program.sourceOf(name);
    return this.#program.sources.flatMap((source) => {
      if (!source.text.includes(name.text)) return [];
      const uses = source.tree.root.below().filter((node) => node.type === 'identifier' && node.text === name.text);
      return uses
        .filter(
          (use) => !['left', 'name'].includes(use.field ?? '') && (source === home || this.#isFrom(home, source, use)),
        )
        .flatMap((use) => this.#from(use, seen, path));
    });
  }

  #isFrom(home: PySource, source: PySource, use: PyNode): boolean {
    return source.scopes
      .lookUp(use)
      .some((b) => b.kind === 'import' && this.#program.modules.resolve(source.path, b.module) === home.path);
  }

  /** `APIRouter(prefix="/v1")` */
  #own(router: PyNode): string | undefined {
    const prefix = keyword(router, 'prefix');
    return prefix ? this.#constants.string(prefix) : '';
  }

  #pathOf(call: PyNode): string | undefined {
    const isInclude = calledName(call) === 'include_router';
    const path = isInclude ? keyword(call, 'prefix') : (keyword(call, 'path') ?? positional(call)[0]);
    return path ? this.#constants.string(path) : '';
  }
}

export function isHostClass(name: string): boolean {
  const [top] = name.split('.');
  return (top === 'starlette' || top === 'fastapi') && ['Starlette', 'FastAPI'].includes(name.split('.').at(-1) ?? '');
}

function isRouter(name: string): boolean {
  const [top] = name.split('.');
  return (top === 'starlette' || top === 'fastapi') && ROUTERS.includes(name.split('.').at(-1) ?? '');
}

export function joined(before: string | undefined, after: string | undefined): string | undefined {
  if (before === undefined || after === undefined) return undefined;
  return before === '' && after === '' ? '' : clean(`${before}/${after}`);
}
