import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { metadataOf, newLogin, type Login } from './login.ts';
import { AwsException, perform } from './operations.ts';
import { signatureProblem } from './signature.ts';
import { newPool, POOL, type Json, type PoolState } from './state.ts';

/** What goes wrong, and with which request to the API, counted from 1. */
export interface Fault {
  at: number;
  kind: 'drop' | 'drop-after' | 'expired' | 'denied' | 'throttled' | '500';
}

export interface FakeCognito {
  /** `http://127.0.0.1:PORT`, for AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER. */
  url: string;
  pools: Map<string, PoolState>;
  /** The pool of the tests. */
  pool(): PoolState;
  /** The operation of each request. */
  asked: string[];
  faults: Fault[];
  /** Operations that what stands in for AWS does not know. */
  unknown: Set<string>;
  reset(): void;
  close(): Promise<void>;
}

/**
 * The API of Amazon Cognito user pools, protocol AWS JSON 1.1, with its quirks as AWS's reference and reports of its
 * users have them, and the metadata and the login of its pool. Signatures are checked.
 */
export async function startFakeCognito(): Promise<FakeCognito> {
  const fake = { pools: new Map(), asked: [], faults: [], unknown: new Set() } as unknown as FakeCognito;
  const login = await newLogin();
  const server = createServer((request, response) => {
    const isApi = request.method === 'POST' && request.url === '/';
    void (isApi ? answer(fake, request, response) : visit(fake, login, request, response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  Object.assign(fake, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    pool: () => fake.pools.get(POOL)!,
    reset() {
      fake.pools.clear();
      fake.pools.set(POOL, newPool());
      fake.asked.length = fake.faults.length = 0;
      fake.unknown.clear();
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

const FAULTS: Record<string, [number, string]> = {
  expired: [400, 'ExpiredTokenException'],
  denied: [400, 'AccessDeniedException'],
  throttled: [400, 'TooManyRequestsException'],
  '500': [500, 'InternalErrorException'],
};

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

async function answer(fake: FakeCognito, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const text = await bodyOf(request);
  const send = (status: number, json: Json): void => {
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify(json));
  };
  const refuse = (status: number, type: string, message: string): void => send(status, { __type: type, message });
  const [service, operation = ''] = String(request.headers['x-amz-target']).split('.');
  fake.asked.push(operation);
  const fault = fake.faults.find(({ at }) => at === fake.asked.length)?.kind;
  if (fault === 'drop') return void request.socket.destroy();
  const [status, type] = FAULTS[fault ?? ''] ?? [];
  // Words of AWS may quote what was signed.
  if (status !== undefined)
    return refuse(status, type!, `x-amz-security-token:${String(request.headers['x-amz-security-token'])}`);
  const problem = signatureProblem(request, text);
  if (problem !== undefined) return refuse(400, problem, 'The security token included in the request is invalid.');
  const isJson = request.headers['content-type'] === 'application/x-amz-json-1.1';
  const isKnown = service === 'AWSCognitoIdentityProviderService' && !fake.unknown.has(operation);
  if (!isKnown || !isJson) return refuse(400, 'UnknownOperationException', '');
  try {
    const result = perform(fake.pools, operation, JSON.parse(text) as Json);
    if (fault === 'drop-after') return void request.socket.destroy();
    send(200, result);
  } catch (error) {
    if (!(error instanceof AwsException)) throw error;
    refuse(400, error.type, error.message);
  }
}

/** What browsers and clients ask for. */
async function visit(
  fake: FakeCognito,
  login: Login,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname, searchParams } = new URL(request.url!, fake.url);
  const body = new URLSearchParams(await bodyOf(request));
  const [, id = '', ...rest] = pathname.split('/');
  const send = (status: number, json: Json): void => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(json));
  };
  if (id === 'oauth2') {
    const isToken = rest[0] === 'token';
    const pool = fake.pool();
    const outcome = isToken
      ? await login.token(pool, body, `${fake.url}/${POOL}`)
      : login.authorize(pool, searchParams);
    if ('location' in outcome) return void response.writeHead(302, { location: outcome.location }).end();
    return send(outcome.status, outcome.json);
  }
  if (!fake.pools.has(id)) return send(404, { message: `User pool ${id} does not exist.` });
  if (rest.join('/') === '.well-known/jwks.json') return send(200, { keys: [login.jwk] });
  if (rest.join('/') !== '.well-known/openid-configuration') return send(400, { message: 'Bad request' });
  send(200, metadataOf(fake.url, fake.pool()));
}
