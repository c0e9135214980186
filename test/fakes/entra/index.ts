import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { answerGraph } from './graph.ts';
import { authorize, exchange, keys, metadata, type Aadsts } from './sign-in.ts';
import { DOMAIN, newTenant, TENANT, TOKEN, type TenantState } from './state.ts';

/** What goes wrong, and with which request to Graph, counted from 1. */
export interface Fault {
  at: number;
  kind: 'drop' | 'drop-after' | '401' | '403' | '429' | '500';
}

export interface FakeEntra {
  /** Sign-in and Graph have one origin here: `http://127.0.0.1:PORT`. */
  origin: string;
  tenant: TenantState;
  /** Method and path of each request to Graph. */
  asked: string[];
  faults: Fault[];
  /** What the vendor would not take. */
  violations: string[];
  reset(): void;
  close(): Promise<void>;
}

/** Entra ID with one tenant: Microsoft Graph as far as it matters here, and a sign-in in which everybody agrees. */
export async function startFakeEntra(): Promise<FakeEntra> {
  const fake = { asked: [], faults: [], violations: [] } as unknown as FakeEntra;
  const codes: Parameters<typeof exchange>[1] = new Map();
  const server = createServer((request, response) => {
    const url = new URL(request.url!, fake.origin);
    const work = url.pathname.startsWith('/v1.0/')
      ? graph(fake, request, response, url)
      : signIn(fake, codes, request, response, url);
    work.catch((error: unknown) => {
      const { error: code = 'server_error', message } = error as Aadsts;
      send(response, 400, { error: code, error_description: message });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  Object.assign(fake, {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    reset() {
      fake.tenant = newTenant();
      fake.asked.length = fake.faults.length = fake.violations.length = 0;
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
  fake.reset();
  return fake;
}

function send(response: ServerResponse, status: number, json?: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(json === undefined ? '' : JSON.stringify(json));
}

async function graph(fake: FakeEntra, request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
  const body = await text(request);
  fake.asked.push(`${request.method} ${url.pathname}${decodeURIComponent(url.search)}`);
  const fault = fake.faults.find(({ at }) => at === fake.asked.length)?.kind;
  if (fault === 'drop') return void request.socket.destroy();
  if (fault === '429') return send(response, 429, { error: { code: 'TooManyRequests' } }, { 'retry-after': '1' });
  if (fault === '500') return send(response, 500, { error: { code: 'InternalServerError', message: 'Try again.' } });
  if (fault === '403') {
    const error = {
      code: 'Authorization_RequestDenied',
      message: 'Insufficient privileges to complete the operation.',
    };
    return send(response, 403, { error });
  }
  if (fault === '401' || request.headers.authorization !== `Bearer ${TOKEN}`) {
    const message = `Access token validation failure: ${request.headers.authorization}`;
    return send(response, 401, { error: { code: 'InvalidAuthenticationToken', message } });
  }
  const { status, body: json } = answerGraph(fake.tenant, request.method!, url, body, fake.violations);
  if (fault === 'drop-after') return void request.socket.destroy();
  send(response, status, json);
}

async function signIn(
  fake: FakeEntra,
  codes: Parameters<typeof exchange>[1],
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const [, name = '', ...rest] = url.pathname.split('/');
  const path = rest.join('/');
  if (![TENANT, DOMAIN].includes(name)) {
    return send(response, name.startsWith('.') ? 404 : 400, {
      error: 'invalid_tenant',
      error_description: `AADSTS90002: Tenant '${name}' not found.`,
    });
  }
  if (path === 'v2.0/.well-known/openid-configuration') return send(response, 200, metadata(fake.origin));
  if (path === 'discovery/v2.0/keys') return send(response, 200, keys);
  if (path === 'oauth2/v2.0/authorize') {
    const location = authorize(fake.tenant, codes, url.searchParams);
    return send(response, 302, undefined, { location });
  }
  if (path === 'oauth2/v2.0/token') {
    return send(response, 200, await exchange(fake.origin, codes, new URLSearchParams(await text(request))));
  }
  send(response, 404);
}
