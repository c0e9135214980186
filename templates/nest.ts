import type { IncomingMessage, ServerResponse } from 'node:http';
import { admitted } from './admitted.ts';
import type { AuthInfo } from './auth-info.ts';
import { caller } from './caller.ts';
import { protectMcp as onExpress } from './express.ts';
import { protectMcp as onFastify } from './fastify.ts';
import { isLetThrough, type NodeRequest } from './node.ts';

/** A Nest application, on Express or on Fastify. */
interface App {
  use(...handlers: never[]): unknown;
  getHttpAdapter(): { getType(): string; getInstance(): unknown };
}

type Next = () => void;
type Fastify = Parameters<typeof onFastify>[0] & {
  addHook(name: 'preHandler', hook: (request: { raw: NodeRequest }, reply: unknown, next: Next) => void): unknown;
};

/**
 * Protects the MCP endpoints of a Nest application. Call it right after the application is created: what is registered
 * earlier runs before the gate. Tools find the claims of the token and its scopes in `request.user`.
 */
export function protectMcp(app: App, paths: string[]): void {
  const adapter = app.getHttpAdapter();
  const host = adapter.getType();
  if (host === 'fastify') {
    const fastify = adapter.getInstance() as Fastify;
    onFastify(fastify, paths);
    // Not earlier: Fastify reads the body before, and comes back from there without the caller.
    fastify.addHook('preHandler', ({ raw }, _reply, next) => nameCaller(raw, next));
  } else if (host === 'express') {
    const express = { use: app.use.bind(app) as (...handlers: unknown[]) => unknown };
    onExpress(express, paths);
    express.use((req: NodeRequest, _res: ServerResponse, next: Next) => nameCaller(req, next));
  } else {
    throw new Error(`The gate knows Nest on Express and on Fastify, but this is ${host}.`);
  }
}

/** mcp-nest may hand tools the request that has opened their session: it has to say who calls now. */
function nameCaller(req: NodeRequest, next: Next): void {
  if (!isLetThrough(req)) return next();
  const { auth } = req;
  const now = { enumerable: true, configurable: true, get: () => caller.getStore() };
  Object.defineProperties(req, { auth: now, user: { ...now, get: () => userOf(caller.getStore()) } });
  caller.run(auth, next);
}

function userOf(auth: AuthInfo | undefined): object | undefined {
  return auth && { ...(auth.extra?.['claims'] as object), scopes: auth.scopes };
}

/** What a guard is given, as far as it is looked at here. */
interface Context {
  switchToHttp(): { getRequest<T>(): T; getResponse<T>(): T };
}

/** What handlers are given: the object of node:http itself, or with Fastify one that has it. */
type Held<T> = T | { raw: T };

/**
 * The last door of mcp-nest 1, a guard of all its routes: what has come to them on another way than through the gate is
 * answered with 401.
 */
export class AdmittedOnly {
  canActivate(context: Context): boolean {
    const http = context.switchToHttp();
    return isAdmitted(http.getRequest<Held<IncomingMessage>>(), http.getResponse<Held<ServerResponse>>());
  }
}

/** The same for version 2, around its transport: wherever that is mounted. */
export function admittedOnly<T extends object>(transport: T): T {
  for (const name of ['handlePost', 'handleGet', 'handleDelete']) {
    const handle: unknown = Reflect.get(transport, name);
    if (typeof handle !== 'function') throw new Error(`This version of mcp-nest cannot be guarded: no ${name}.`);
    const guarded = (req: Held<IncomingMessage>, res: Held<ServerResponse>): unknown =>
      isAdmitted(req, res) ? Reflect.apply(handle, transport, [req, res]) : undefined;
    Reflect.set(transport, name, guarded);
  }
  return transport;
}

function isAdmitted(req: Held<IncomingMessage>, res: Held<ServerResponse>): boolean {
  return admitted('raw' in req ? req.raw : req, 'raw' in res ? res.raw : res);
}
