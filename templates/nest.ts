import type { IncomingMessage, ServerResponse } from 'node:http';
import { admitted } from './admitted.ts';
import type { AuthInfo } from './auth-info.ts';
import { caller } from './caller.ts';
import { protectMcp as behindGate } from './express.ts';
import { isLetThrough, type NodeRequest } from './node.ts';

/** A Nest application on Express. */
interface App {
  use(...handlers: never[]): unknown;
}

/**
 * Protects the MCP endpoints of a Nest application. Call it right after the application is created: what is registered
 * earlier runs before the gate. Tools find the claims of the token and its scopes in `request.user`.
 */
export function protectMcp(app: App, paths: string[]): void {
  const express = { use: app.use.bind(app) as (...handlers: unknown[]) => unknown };
  behindGate(express, paths);
  express.use((req: NodeRequest, _res: ServerResponse, next: () => void) => {
    if (!isLetThrough(req)) return next();
    const { auth } = req;
    // mcp-nest hands tools the request that has opened their session: it has to say who calls now.
    const now = { enumerable: true, configurable: true, get: () => caller.getStore() };
    Object.defineProperties(req, { auth: now, user: { ...now, get: () => userOf(caller.getStore()) } });
    caller.run(auth, next);
  });
}

function userOf(auth: AuthInfo | undefined): object | undefined {
  return auth && { ...(auth.extra?.['claims'] as object), scopes: auth.scopes };
}

/** What a guard is given, as far as it is looked at here. */
interface Context {
  switchToHttp(): { getRequest<T>(): T; getResponse<T>(): T };
}

/**
 * The last door, a guard of all routes of mcp-nest: what has come to them on another way than through the gate is
 * answered with 401.
 */
export class AdmittedOnly {
  canActivate(context: Context): boolean {
    const http = context.switchToHttp();
    return admitted(http.getRequest<IncomingMessage>(), http.getResponse<ServerResponse>());
  }
}
