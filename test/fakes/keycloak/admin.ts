import { Ajv } from 'ajv';
import { randomUUID } from 'node:crypto';
import { REQUESTS } from './schema.ts';
import { newRealm, type Mapper, type RealmState, type Scope } from './state.ts';

const ajv = new Ajv({ allErrors: true });
const validators = new Map(
  Object.entries(REQUESTS).map(([name, schema]) => [name, schema && ajv.compile(schema)] as const),
);

export interface Answer {
  status: number;
  body?: unknown;
  /** Id of what was created, for `Location`. */
  created?: string;
}

const conflict = (errorMessage: string): Answer => ({ status: 409, body: { errorMessage } });
const notFound = (what: string): Answer => ({ status: 404, body: { error: `Could not find ${what}` } });
const done: Answer = { status: 204 };

/** Answers one request to `/admin/realms…`, and holds it to the schema. */
export function administer(realms: Map<string, RealmState>, method: string, path: string, body: string): Answer {
  const [, name = '', rest = ''] = /^\/admin\/realms\/?([^/?]*)([^?]*)/.exec(path) ?? [];
  const operation = `${method} ${name === '' ? '/' : rest.replaceAll(/[\da-f]{8}-[\da-f-]{27}/g, '*')}`;
  const validate = validators.get(operation);
  if (validate === undefined) return { status: 405, body: { error: `the fake has no ${operation}` } };
  const value: unknown = body === '' ? undefined : JSON.parse(body);
  if (validate === null ? value !== undefined : !validate(value)) {
    return { status: 400, body: { errorMessage: `unrecognized: ${ajv.errorsText(validate?.errors)}` } };
  }
  if (operation === 'POST /') return createRealm(realms, value as { realm: string; enabled?: boolean });
  const realm = realms.get(decodeURIComponent(name));
  if (!realm) return { status: 404, body: { error: 'Realm not found.' } };
  if (operation === 'DELETE ') {
    realms.delete(decodeURIComponent(name));
    return done;
  }
  const [first = '', second = ''] = rest.match(/[\da-f]{8}-[\da-f-]{27}/g) ?? [];
  return HANDLERS[operation]!(realm, value as Record<string, unknown>, first, second);
}

function createRealm(
  realms: Map<string, RealmState>,
  { realm, enabled = false }: { realm: string; enabled?: boolean },
): Answer {
  if (realms.has(realm)) return conflict(`Conflict detected. See logs for details`);
  realms.set(realm, { ...newRealm(), enabled });
  return { status: 201, created: realm };
}

type Handler = (realm: RealmState, body: Record<string, unknown>, id: string, other: string) => Answer;

const named = (realm: RealmState, ids: string[]): object[] =>
  realm.scopes.filter(({ id }) => ids.includes(id)).map(({ id, name, protocol }) => ({ id, name, protocol }));

const HANDLERS: Record<string, Handler> = {
  'GET ': ({ enabled }) => ({ status: 200, body: { realm: 'acme', enabled } }),
  'GET /users/count': ({ users }) => ({ status: 200, body: users.length }),
  'GET /clients': ({ clients }) => ({ status: 200, body: clients.map((clientId) => ({ clientId })) }),
  'GET /client-scopes': ({ scopes }) => ({ status: 200, body: scopes }),
  'GET /client-scopes/*': ({ scopes }, _, id) => {
    const found = scopes.find((one) => one.id === id);
    return found ? { status: 200, body: found } : notFound('client scope');
  },
  'POST /client-scopes': ({ scopes }, body) => {
    if (scopes.some(({ name }) => name === body['name']))
      return conflict(`Client Scope ${String(body['name'])} already exists`);
    const made = { attributes: {}, protocolMappers: [], ...body, id: randomUUID() } as unknown as Scope;
    scopes.push(made);
    return { status: 201, created: made.id };
  },
  'PUT /client-scopes/*': ({ scopes }, body, id) => {
    const found = scopes.find((one) => one.id === id);
    if (!found) return notFound('client scope');
    const { protocolMappers: _, attributes, ...rest } = body;
    Object.assign(found, rest);
    Object.assign(found.attributes, attributes);
    return done;
  },
  'DELETE /client-scopes/*': (realm, _, id) => {
    if (!realm.scopes.some((one) => one.id === id)) return notFound('client scope');
    realm.scopes = realm.scopes.filter((one) => one.id !== id);
    realm.optional = realm.optional.filter((one) => one !== id);
    return done;
  },
  'POST /client-scopes/*/protocol-mappers/models': ({ scopes }, body, id) => {
    const found = scopes.find((one) => one.id === id);
    if (!found) return notFound('client scope');
    if (found.protocolMappers.some(({ name }) => name === body['name'])) {
      return conflict('Protocol mapper exists with same name');
    }
    const made = { config: {}, ...body, id: randomUUID() } as unknown as Mapper;
    found.protocolMappers.push(made);
    return { status: 201, created: made.id };
  },
  'DELETE /client-scopes/*/protocol-mappers/models/*': ({ scopes }, _, id, mapper) => {
    const found = scopes.find((one) => one.id === id);
    if (!found?.protocolMappers.some((one) => one.id === mapper)) return notFound('model');
    found.protocolMappers = found.protocolMappers.filter((one) => one.id !== mapper);
    return done;
  },
  'GET /default-optional-client-scopes': (realm) => ({ status: 200, body: named(realm, realm.optional) }),
  'GET /default-default-client-scopes': (realm) => ({ status: 200, body: named(realm, realm.standard) }),
  'PUT /default-optional-client-scopes/*': (realm, _, id) => {
    if (!realm.scopes.some((one) => one.id === id)) return notFound('client scope');
    if ([...realm.optional, ...realm.standard].includes(id)) return conflict('Duplicate resource error');
    realm.optional.push(id);
    return done;
  },
  'DELETE /default-optional-client-scopes/*': (realm, _, id) => {
    realm.optional = realm.optional.filter((one) => one !== id);
    return done;
  },
  'GET /components': ({ policies }) => ({ status: 200, body: policies }),
  'PUT /components/*': ({ policies }, body, id) => {
    const found = policies.find((one) => one.id === id);
    if (!found) return notFound('component');
    // What is named replaces, an empty list removes, what is not named stays.
    for (const [name, values] of Object.entries((body['config'] ?? {}) as Record<string, string[]>)) {
      if (values.length === 0) delete found.config[name];
      else found.config[name] = values;
    }
    return done;
  },
};
