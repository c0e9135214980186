import { randomUUID } from 'node:crypto';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { OPERATIONS } from './schema.ts';
import {
  ACCESS_TOKEN,
  createKey,
  PUBLISHABLE_KEY,
  REF,
  SERVICE_ROLE_KEY,
  type Key,
  type ProjectState,
} from './state.ts';

export interface ApiAnswer {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

/** What goes wrong with one request: an answer, or the connection, before or after the work was done. */
export type Trouble = ApiAnswer | 'drop' | 'drop-after';

const ajv = new Ajv2020({ strict: false, validateFormats: false });
const validators = new Map(
  Object.entries(OPERATIONS).map(([name, { request, response }]) => [
    name,
    { request: request && ajv.compile(request), response: ajv.compile(response) },
  ]),
);
const error = (status: number, message: string): ApiAnswer => ({ status, body: { message } });

/** @returns the operation of a request by its name in the description, and the id in its path */
export function operationOf(method: string, pathname: string): { name: string; id: string | undefined } | undefined {
  const path = pathname.replace(`/${REF}`, '/{ref}');
  const id = /signing-keys\/([\da-f-]{36})$/.exec(path)?.[1];
  const name = `${method} ${id === undefined ? path : path.replace(id, '{id}')}`;
  return Object.hasOwn(OPERATIONS, name) ? { name, id } : undefined;
}

/** Answers one request, and holds both sides to the schema. */
export function manage(
  state: ProjectState,
  request: { method: string; path: string; token: string | undefined; body: string },
  denied: ReadonlySet<string>,
): ApiAnswer {
  if (request.token !== ACCESS_TOKEN) return error(401, 'Unauthorized');
  const operation = operationOf(request.method, request.path);
  if (!operation) return error(404, 'Not Found');
  const { permission, request: takes, status } = OPERATIONS[operation.name]!;
  if (denied.has(permission)) return error(403, 'Forbidden action');
  const validate = validators.get(operation.name)!;
  if (takes === null ? request.body !== '' : !isValid(validate.request, request.body)) {
    return error(400, `invalid body: ${ajv.errorsText(validate.request?.errors)}`);
  }
  const body = (request.body === '' ? {} : JSON.parse(request.body)) as Record<string, unknown>;
  const answer = HANDLERS[operation.name]!(state, body, operation.id ?? '');
  if ('message' in answer) return error(answer.status, answer.message);
  if (!validate.response(answer.body))
    throw new Error(`the fake is wrong: ${ajv.errorsText(validate.response.errors)}`);
  return { status, body: answer.body };
}

function isValid(validate: ((data: unknown) => boolean) | null, body: string): boolean {
  try {
    return validate?.(JSON.parse(body)) === true;
  } catch {
    return false;
  }
}

type Done = { body: unknown } | { status: number; message: string };
type Handler = (state: ProjectState, body: Record<string, unknown>, id: string) => Done;

const CONFIG = '/v1/projects/{ref}/config/auth';
const HANDLERS: Record<string, Handler> = {
  'GET /v1/projects': () => ({ body: [OTHER_PROJECT, PROJECT] }),
  'GET /v1/projects/{ref}/api-keys': () => ({
    body: [
      { name: 'default', type: 'secret', api_key: SERVICE_ROLE_KEY },
      { name: 'default', type: 'publishable', api_key: PUBLISHABLE_KEY },
    ],
  }),
  [`GET ${CONFIG}`]: ({ settings }) => ({ body: settings }),
  [`PATCH ${CONFIG}`]: ({ settings }, body) => ({ body: Object.assign(settings, body) }),
  [`GET ${CONFIG}/signing-keys`]: ({ keys }) => ({ body: { keys: keys.map(shown) } }),
  [`POST ${CONFIG}/signing-keys`]: ({ keys }, { algorithm, status = 'standby' }) => {
    if (algorithm !== 'ES256') return { status: 400, message: 'the fake makes ES256 keys only' };
    if (keys.length === 0) return { status: 400, message: 'Import the legacy JWT secret first' };
    if (keys.some((key) => key.status === status)) return { status: 409, message: `There is a key ${String(status)}` };
    const key = createKey();
    keys.push(key);
    return { body: shown(key) };
  },
  [`GET ${CONFIG}/signing-keys/legacy`]: ({ keys }) => {
    const legacy = keys.find(({ algorithm }) => algorithm === 'HS256');
    return legacy ? { body: shown(legacy) } : { status: 404, message: 'Not imported' };
  },
  [`POST ${CONFIG}/signing-keys/legacy`]: ({ keys, legacySecret }) => {
    if (keys.some(({ algorithm }) => algorithm === 'HS256')) return { status: 409, message: 'Imported already' };
    const key: Key = {
      id: randomUUID(),
      algorithm: 'HS256',
      status: 'in_use',
      secret: legacySecret,
      public: undefined,
    };
    keys.push(key);
    return { body: shown(key) };
  },
  [`PATCH ${CONFIG}/signing-keys/{id}`]: ({ keys }, { status }, id) => {
    const key = keys.find((one) => one.id === id);
    if (!key) return { status: 404, message: 'No such key' };
    if (status === 'in_use') for (const one of keys) if (one.status === 'in_use') one.status = 'previously_used';
    key.status = status as Key['status'];
    return { body: shown(key) };
  },
};

function shown({ id, algorithm, status, public: key }: Key): object {
  const at = '2026-11-21T12:00:00Z';
  return { id, algorithm, status, public_jwk: key?.export({ format: 'jwk' }) ?? null, created_at: at, updated_at: at };
}

const project = (ref: string): object => ({
  id: ref,
  ref,
  organization_id: 'tsrqponmlkjihgfedcba',
  organization_slug: 'tsrqponmlkjihgfedcba',
  name: `project ${ref}`,
  region: 'eu-central-1',
  created_at: '2026-01-01T00:00:00Z',
  status: 'ACTIVE_HEALTHY',
  database: { host: `db.${ref}.supabase.co`, version: '17.6', postgres_engine: '17', release_channel: 'ga' },
});
const PROJECT = project(REF);
const OTHER_PROJECT = project('zyxwvutsrqponmlkjihg');
