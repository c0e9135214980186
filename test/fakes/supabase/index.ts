import { existsSync, readFileSync } from 'node:fs';
import { createServer as createHttpServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { authenticate } from './auth.ts';
import { manage, type ApiAnswer, type Trouble } from './management.ts';
import { createState, type ProjectState, type Seed } from './state.ts';

export interface FakeSupabase {
  state: ProjectState;
  /** For `SUPABASE_API_URL`. */
  api: string;
  /** The project's issuer, for `--issuer`. */
  issuer: string;
  /** Origin of the user's web app. */
  site: string;
  /** `GET /v1/projects` … in order. */
  calls: string[];
  /** Permissions that the access token does not have. */
  denied: Set<string>;
  /** What goes wrong with the calls to come, by their number from 0. */
  trouble: Map<number, Trouble>;
  /** Where the web app serves its pages from; nothing until it is set. */
  pages: string | undefined;
  close(): Promise<void>;
}

/** A Supabase project, its Management API and the user's web app, each at a port of its own. `tls`: as on the real ones. */
export async function startFakeSupabase(seed: Seed = {}, tls?: { key: string; cert: string }): Promise<FakeSupabase> {
  const servers: Server[] = [];
  const start = async (listener: RequestListener): Promise<string> => {
    const server = tls ? createHttpsServer(tls, listener) : createHttpServer(listener);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http${tls ? 's' : ''}://localhost:${(server.address() as AddressInfo).port}`;
  };
  const fake = { calls: [], denied: new Set(), trouble: new Map(), pages: undefined } as unknown as FakeSupabase;

  fake.site = await start((request, response) => {
    const { pathname } = new URL(request.url ?? '', fake.site);
    const file = fake.pages && path.join(fake.pages, pathname, 'index.html');
    if (!file || !existsSync(file)) return void response.writeHead(404).end();
    response.writeHead(200, { 'content-type': 'text/html' }).end(readFileSync(file));
  });
  fake.state = createState(fake.site, seed);
  const project = await start(async (request, response) => {
    const url = new URL(request.url ?? '', fake.issuer);
    const headers = request.headers as Record<string, string | undefined>;
    const answer = await authenticate(fake.state, fake.issuer, {
      method: request.method ?? '',
      url,
      headers,
      body: await read(request),
    });
    send(response, answer, { 'access-control-allow-origin': '*' });
  });
  fake.issuer = `${project}/auth/v1`;
  fake.api = await start(async (request, response) => {
    const { method = '', url = '' } = request;
    const trouble = fake.trouble.get(fake.calls.length);
    fake.calls.push(`${method} ${url}`);
    const token = request.headers.authorization?.replace(/^Bearer /, '');
    const body = await read(request);
    if (trouble === 'drop') return void request.socket.destroy();
    if (trouble !== undefined && trouble !== 'drop-after') return send(response, trouble);
    const answer = manage(fake.state, { method, path: url.split('?')[0] ?? '', token, body }, fake.denied);
    if (trouble === 'drop-after') return void request.socket.destroy();
    send(response, answer);
  });
  fake.close = async () => {
    for (const server of servers) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  };
  return fake;
}

function send(response: Parameters<RequestListener>[1], answer: ApiAnswer, headers: Record<string, string> = {}): void {
  const { status, body, headers: own } = answer;
  response.writeHead(status, { ...headers, ...own, ...(body !== undefined && { 'content-type': 'application/json' }) });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}

async function read(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}
