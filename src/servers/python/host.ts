import type { PyNode } from '../../edit/python-tree.ts';
import type { Transport } from '../../types.ts';
import type { PySource } from './program.ts';
import type { PyServer } from './servers.ts';

/** What leads to MCP behind a route: the paths below it, and the servers where they are known. */
export interface Lead {
  transport: Transport;
  /** Below the route; `''` where the route is the endpoint. */
  below: string[];
  servers: PyServer[];
  isMessages?: true;
}

export interface Endpoint {
  path: string;
  transport: Transport;
  isMessages?: true;
  servers: PyServer[];
}

/** A Starlette or FastAPI application that has routes to MCP. */
export interface Host {
  /** The call that makes it. */
  call: PyNode;
  source: PySource;
  endpoints: Endpoint[];
  /** Mounted into another host, which is protected in its place. */
  isInner?: true;
}

/** A place that leads to MCP in a way that is not understood. */
export interface Stray {
  node: PyNode;
  source: PySource;
  reason: string;
}
