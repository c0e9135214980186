import type { PyNode } from '../../edit/python-tree.ts';

/** Where a value comes from. */
export type Origin =
  /** A name of a package that is not in the project: `mcp.server.fastmcp.FastMCP`. */
  | { kind: 'external'; name: string }
  | { kind: 'module'; path: string }
  | { kind: 'function' | 'class'; node: PyNode }
  /** What a call of something external gave. */
  | { kind: 'result'; of: string; call: PyNode }
  /** An object of a class of the project. */
  | { kind: 'instance'; node: PyNode }
  /** Some object of that external class: all that is known of a parameter is its annotation. */
  | { kind: 'typed'; of: string }
  | { kind: 'member'; base: Origin; name: string }
  /** What a method gave. */
  | { kind: 'returned'; base: Origin; name: string; call: PyNode };

/** A chain of members longer than this leads to no server. */
const LONGEST = 6;
/** What can be more things than this can be anything. */
const MOST = 40;

function lengthOf(origin: Origin): number {
  return 'base' in origin ? 1 + lengthOf(origin.base) : 0;
}

/** Each origin once. */
export function unique(origins: Origin[]): Origin[] {
  const seen = new Map<string, number>();
  const ids = new Map<PyNode, number>();
  const idOf = (node: PyNode): number => ids.get(node) ?? (ids.set(node, ids.size), ids.size - 1);
  const key = (o: Origin): string => {
    switch (o.kind) {
      case 'external':
        return `e:${o.name}`;
      case 'module':
        return `m:${o.path}`;
      case 'result':
        return `r:${o.of}:${idOf(o.call)}`;
      case 'typed':
        return `t:${o.of}`;
      case 'member':
        return `a:${o.name}:${key(o.base)}`;
      case 'returned':
        return `c:${o.name}:${idOf(o.call)}:${key(o.base)}`;
      default:
        return `${o.kind}:${idOf(o.node)}`;
    }
  };
  const near = origins.filter((origin) => lengthOf(origin) <= LONGEST).slice(0, MOST * MOST);
  const once = near.filter((origin) => {
    const k = key(origin);
    if (seen.has(k)) return false;
    seen.set(k, 1);
    return true;
  });
  return once.slice(0, MOST);
}

const HOOKS = ['mcp_auth.protect_mcp', 'mcp_auth.protect_app'];

/** The functions of the generated package give back what they are given. */
export function isHook(name: string): boolean {
  return HOOKS.some((hook) => name === hook || name.endsWith(`.${hook}`));
}
