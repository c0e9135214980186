import type { IncomingMessage, ServerResponse } from 'node:http';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { failure, HANDLERS, type Answer } from './management.ts';
import { OPERATIONS, type Operation } from './schema.ts';
import type { Json, TenantState } from './state.ts';

export interface Recorded {
  method: string;
  path: string;
  query: string;
  status: number;
  body: Json;
}

/** What is done to the next requests: an answer in place of the real one, or after it took effect. */
export interface Fault {
  /** Counts from 1, over all requests of the Management API. */
  at: number;
  kind: 'drop' | 'drop-after' | '429' | '500' | '500-after' | '409' | '403';
}

export interface ApiState {
  tenant: TenantState;
  /** Management tokens that were given out, with their scopes. */
  tokens: Map<string, string[]>;
  recorded: Recorded[];
  faults: Fault[];
  /** Requests and answers that the vendor would not have sent or taken. */
  violations: string[];
  /** Requests so far. */
  count: number;
  /** Requests in a second; more are refused. */
  perSecond: number;
}

const ajv = new Ajv2020({ strict: false, allErrors: true });
const compiled = new Map<object, ValidateFunction>();

function problems(schema: object, value: unknown): string | undefined {
  const validate = compiled.get(schema) ?? ajv.compile(schema);
  compiled.set(schema, validate);
  return validate(value) ? undefined : ajv.errorsText(validate.errors);
}

/** The Management API: checks scope, form and rate of every request, answers from the tenant's state. */
export function createApi(state: ApiState): (request: IncomingMessage, response: ServerResponse, raw: string) => void {
  let recent: number[] = [];
  return (request, response, raw) => {
    state.count++;
    const url = new URL(request.url ?? '/', 'https://localhost');
    const found = route(request.method ?? 'GET', url.pathname.slice('/api/v2/'.length));
    const fault = state.faults.find(({ at }) => at === state.count);
    const body = raw === '' ? {} : (JSON.parse(raw) as Json);
    const entry = {
      method: request.method ?? '',
      path: decodeURIComponent(url.pathname.slice(8)),
      query: url.search,
      body,
    };
    if (fault?.kind === 'drop') {
      state.recorded.push({ ...entry, status: 0 });
      return void request.socket.destroy();
    }
    recent = recent.filter((time) => time > Date.now() - 1000);
    const isTooFast = recent.length >= state.perSecond;
    if (!isTooFast) recent.push(Date.now());
    const early = isTooFast ? limited() : fault && FAULTS[fault.kind];
    const answer = early ?? decide(state, request, found, url, body);
    state.recorded.push({ ...entry, status: answer.status });
    if (fault?.kind === 'drop-after') return void request.socket.destroy();
    send(
      response,
      fault?.kind === '500-after' ? failure(500, 'Internal error') : answer,
      isTooFast || fault?.kind === '429',
    );
  };
}

const limited = (): Answer => failure(429, 'Global limit has been reached', 'too_many_requests');
const FAULTS: Partial<Record<Fault['kind'], Answer>> = {
  '429': limited(),
  '500': failure(500, 'Internal error'),
  '409': failure(409, 'Conflict of some kind.'),
  '403': failure(403, 'You reached the limit of entities of this type for this tenant.'),
};

function route(method: string, path: string): { operation: Operation; id: string } | undefined {
  for (const operation of OPERATIONS) {
    if (operation.method !== method) continue;
    const pattern = operation.path.split('/');
    const parts = path.split('/');
    if (parts.length !== pattern.length || !pattern.every((part, at) => part === '{id}' || part === parts[at]))
      continue;
    return { operation, id: decodeURIComponent(parts[pattern.indexOf('{id}')] ?? '') };
  }
  return undefined;
}

function decide(
  state: ApiState,
  request: IncomingMessage,
  found: ReturnType<typeof route>,
  url: URL,
  body: Json,
): Answer {
  const scopes = new Set(state.tokens.get(request.headers.authorization?.replace(/^Bearer /, '') ?? ''));
  if (scopes.size === 0) return failure(401, 'Invalid token.', 'invalid_token');
  if (!found) return failure(404, 'Not found');
  const { operation, id } = found;
  const name = `${operation.method} ${operation.path}`;
  const isAllowed = operation.all
    ? operation.scopes.every((scope) => scopes.has(scope))
    : operation.scopes.some((scope) => scopes.has(scope));
  if (!isAllowed)
    return failure(403, `Insufficient scope, expected any of: ${operation.scopes.join(',')}`, 'insufficient_scope');
  const unknown = [...url.searchParams.keys()].filter((key) => !(operation.query ?? '').split(' ').includes(key));
  const wrong =
    unknown.length > 0 ? `unknown query ${unknown.join()}` : operation.body && problems(operation.body, body);
  if (wrong) {
    state.violations.push(`${name}: ${wrong}`);
    return failure(400, `Payload validation error: ${wrong}`, 'invalid_body');
  }
  const answer = HANDLERS[name]!(state.tenant, { operation: name, id, query: url.searchParams, body, scopes });
  const { schema } = operation.answer ?? {};
  const odd =
    answer.status < 300 && schema && !url.searchParams.has('fields') ? problems(schema, answer.body) : undefined;
  if (odd) state.violations.push(`answer of ${name}: ${odd}`);
  return answer;
}

function send(response: ServerResponse, { status, body }: Answer, isLimited: boolean): void {
  const headers: Record<string, string> = { 'content-type': 'application/json; charset=utf-8' };
  // A point in time in whole seconds, as the vendor has it.
  if (isLimited) headers['x-ratelimit-reset'] = String(Math.ceil(Date.now() / 1000));
  response.writeHead(status, headers).end(body === undefined ? undefined : JSON.stringify(body));
}
