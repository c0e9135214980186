import { createServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApi, type ApiState } from './api.ts';
import { clientCredentials, createAuthorizationServer, newSigningKey, signIn } from './authorization-server.ts';
import { newCertificate } from './certificate.ts';
import { id, newTenant, type TenantState } from './state.ts';

export interface FakeTenant extends ApiState {
  /** `localhost:54321` */
  domain: string;
  /** For NODE_EXTRA_CA_CERTS. */
  caFile: string;
  /** A management token with these scopes, as a JWT that names them or opaque. */
  token(scopes: string[], options?: { opaque?: boolean }): string;
  /** A machine-to-machine client that may get management tokens. */
  manager(scopes: string[]): { id: string; secret: string };
  close(): Promise<void>;
}

/** A tenant over TLS on localhost: Management API and authorization server on one state. */
export async function startFakeTenant(tenant: TenantState = newTenant()): Promise<FakeTenant> {
  const certificate = newCertificate();
  const state: ApiState = {
    tenant,
    tokens: new Map(),
    recorded: [],
    faults: [],
    violations: [],
    count: 0,
    perSecond: Infinity,
  };
  const server = createServer({ key: certificate.key, cert: certificate.cert });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const domain = `localhost:${(server.address() as AddressInfo).port}`;
  const managers = new Map<string, { secret: string; scopes: string[] }>();
  const token: FakeTenant['token'] = (scopes, { opaque = false } = {}) => {
    const payload = Buffer.from(JSON.stringify({ scope: scopes.join(' '), jti: id('') })).toString('base64url');
    const text = opaque ? id('opaque-') : `e30.${payload}.c2ln`;
    state.tokens.set(text, scopes);
    return text;
  };
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    serve(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  const api = createApi(state);
  const key = newSigningKey();
  const issuer = `https://${domain}/`;
  const provider = createAuthorizationServer(issuer, tenant, key);
  const handle = provider.callback();

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', issuer);
    if (url.pathname.startsWith('/api/v2/')) return api(request, response, await textOf(request));
    if (url.pathname.startsWith('/u/login/')) return signIn(provider, tenant, request, response);
    if (url.pathname === '/.well-known/oauth-authorization-server') request.url = '/.well-known/openid-configuration';
    if (url.pathname === '/oidc/register' && tenant.settings.flags['enable_dynamic_client_registration'] !== true) {
      return answer(response, 404, {
        error: 'not_found',
        error_description: 'Dynamic client registration is not enabled',
      });
    }
    if (url.pathname === '/oidc/register') {
      // What clients say about scopes when they register means nothing to Auth0.
      const { scope: _, ...metadata } = JSON.parse(await textOf(request)) as Record<string, unknown>;
      Object.assign(request, { body: metadata });
    }
    const honoursResource = tenant.settings['resource_parameter_profile'] === 'compatibility';
    if (url.pathname === '/authorize' && !honoursResource) {
      url.searchParams.delete('resource');
      request.url = url.pathname + url.search;
    }
    if (url.pathname === '/oauth/token') {
      const form = new URLSearchParams(await textOf(request));
      if (form.get('grant_type') === 'client_credentials') return machine(response, form);
      if (!honoursResource) form.delete('resource');
      Object.assign(request, { body: form.toString() });
    }
    await handle(request, response);
  }

  async function machine(response: ServerResponse, form: URLSearchParams): Promise<void> {
    const manager = managers.get(form.get('client_id') ?? '');
    const isForApi = form.get('audience') === `https://${domain}/api/v2/`;
    if (manager && isForApi && manager.secret === form.get('client_secret')) {
      return answer(response, 200, { access_token: token(manager.scopes), token_type: 'Bearer', expires_in: 86_400 });
    }
    const { status, body } = await clientCredentials(issuer, tenant, key, form);
    return answer(response, status, body);
  }

  return Object.assign(state, {
    domain,
    caFile: certificate.file,
    token,
    manager(scopes: string[]) {
      const credentials = { id: id(''), secret: id('mgmt-secret-') };
      managers.set(credentials.id, { secret: credentials.secret, scopes });
      return credentials;
    },
    close: () =>
      new Promise<void>((resolve) => {
        certificate.remove();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
