import { createServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { newCertificate } from '../auth0/certificate.ts';
import { administer, failure, type Answer } from './admin.ts';
import { authorize } from './authorization-server.ts';
import { newOrg, type OrgState } from './state.ts';

export const TOKEN = '00QCjAl4MlV-WPXM_test-token-of-an-administrator';

/** What goes wrong, and with which request to the management API, counted from 1. */
export interface Fault {
  at: number;
  kind: 'drop' | 'drop-after' | '401' | '403' | '429' | '500' | '404';
}

export interface FakeOrg {
  /** `localhost:54321` */
  domain: string;
  base: string;
  /** For NODE_EXTRA_CA_CERTS. */
  caFile: string;
  org: OrgState;
  /** Method and path of each request to the management API. */
  asked: string[];
  /** What the vendor would not have taken. */
  violations: string[];
  faults: Fault[];
  /** Items on a page of a list, whatever was asked for. */
  pageSize: number;
  /** Custom authorization servers cost extra. */
  isLicensed: boolean;
  reset(): void;
  close(): Promise<void>;
}

/**
 * An Okta org over TLS on localhost: management API (tokens of the console, lists by page, rate limits told in headers,
 * errors in Okta's form) and its custom authorization servers on one state.
 */
export async function startFakeOrg(): Promise<FakeOrg> {
  const certificate = newCertificate();
  const server = createServer({ key: certificate.key, cert: certificate.cert });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const domain = `localhost:${(server.address() as AddressInfo).port}`;
  const base = `https://${domain}`;
  const fake: FakeOrg = {
    domain,
    base,
    caFile: certificate.file,
    org: newOrg(base),
    asked: [],
    violations: [],
    faults: [],
    pageSize: 200,
    isLicensed: true,
    reset() {
      fake.asked.length = fake.violations.length = fake.faults.length = 0;
      Object.assign(fake, { org: newOrg(base), pageSize: 200, isLicensed: true });
    },
    close: () =>
      new Promise<void>((resolve) => {
        certificate.remove();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    serve(fake, request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  return fake;
}

async function serve(fake: FakeOrg, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks).toString();
  const url = new URL(request.url!, fake.base);
  if (url.pathname.startsWith('/api/v1/')) return manage(fake, request, response, url, body);
  if (url.pathname === '/oauth2/v1/clients') return send(response, failure(401, 'E0000011', 'Invalid token provided'));
  const answer = await authorize(fake.org, fake.base, url, { body, authorization: request.headers.authorization });
  if (!answer) return send(response, failure(404, 'E0000007', 'Not found: Resource not found'));
  send(response, answer, answer.location === undefined ? {} : { location: answer.location });
}

function manage(fake: FakeOrg, request: IncomingMessage, response: ServerResponse, url: URL, body: string): void {
  fake.asked.push(`${request.method} ${url.pathname.slice('/api/v1'.length)}`);
  const fault = fake.faults.find(({ at }) => at === fake.asked.length)?.kind;
  if (fault === 'drop') return void request.socket.destroy();
  if (fault === '429') {
    const reset = String(Math.ceil(Date.now() / 1000) + 1);
    const answer = failure(429, 'E0000047', 'API call exceeded rate limit due to too many requests.');
    return send(response, answer, {
      'x-rate-limit-limit': '1',
      'x-rate-limit-remaining': '0',
      'x-rate-limit-reset': reset,
    });
  }
  if (fault === '500') return send(response, failure(500, 'E0000009', 'Internal Server Error'));
  if (fault === '403')
    return send(response, failure(403, 'E0000006', 'You do not have permission to perform the requested action'));
  if (fault === '404') return send(response, failure(404, 'E0000007', 'Not found: Resource not found'));
  if (fault === '401' || request.headers.authorization !== `SSWS ${TOKEN}`) {
    return send(response, failure(401, 'E0000011', 'Invalid token provided'));
  }
  if (!fake.isLicensed && url.pathname.includes('/authorizationServers')) {
    return send(
      response,
      failure(403, 'E0000015', 'You do not have permission to access the feature you are requesting'),
    );
  }
  const answer = administer(fake.org, fake.base, request.method!, url, body);
  if (answer.status === 400) fake.violations.push(`${request.method} ${url.pathname}: ${JSON.stringify(answer.body)}`);
  if (fault === 'drop-after') return void request.socket.destroy();
  send(response, ...paged(fake, url, answer));
}

/** Pages are known by an opaque cursor, and the address of the next one is in a header. */
function paged({ pageSize, base }: FakeOrg, url: URL, answer: Answer): [Answer, Record<string, string>?] {
  if (!Array.isArray(answer.body)) return [answer];
  const start = Number(url.searchParams.get('after') ?? '0');
  const rest = answer.body.length - start - pageSize;
  const page = { ...answer, body: answer.body.slice(start, start + pageSize) };
  const self = `<${base}${url.pathname}${url.search}>; rel="self"`;
  if (rest <= 0) return [page, { link: self }];
  const next = new URL(url);
  next.searchParams.set('after', String(start + pageSize));
  return [page, { link: `${self}, <${next.href}>; rel="next"` }];
}

function send(response: ServerResponse, { status, body }: Answer, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(body === undefined ? '' : JSON.stringify(body));
}
