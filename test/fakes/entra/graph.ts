import { Ajv } from 'ajv';
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { REQUESTS } from './schema.ts';
import { newApp, type Api, type App, type TenantState } from './state.ts';

const ajv = new Ajv({ allErrors: true, allowUnionTypes: true });
const validators = new Map(
  Object.entries(REQUESTS).map(([name, schema]) => [name, schema && ajv.compile(schema)] as const),
);

interface Answer {
  status: number;
  body?: unknown;
}

const refuse = (status: number, code: string, message: string, detail?: string): Answer => ({
  status,
  body: {
    error: {
      code,
      message,
      ...(detail !== undefined && { details: [{ code: detail, message }] }),
      innerError: { date: '2026-11-21T00:00:00', 'request-id': randomUUID() },
    },
  },
});
const bad = (message: string, detail?: string): Answer => refuse(400, 'Request_BadRequest', message, detail);
const missing = (id: string): Answer =>
  refuse(
    404,
    'Request_ResourceNotFound',
    `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`,
  );
const done: Answer = { status: 204 };

/** Answers one request to Graph, and holds it to the schema. @param violations gets what the vendor would not take */
export function answerGraph(state: TenantState, method: string, url: URL, text: string, violations: string[]): Answer {
  const path = url.pathname.replace('/v1.0', '');
  const operation = `${method} ${path.replace(/[\da-f]{8}-[\da-f-]{27}/, '*')}`;
  const validate = validators.get(operation);
  if (validate === undefined) {
    violations.push(operation);
    return bad(`Resource not found for the segment '${path}'.`);
  }
  const body = text === '' ? undefined : (JSON.parse(text) as Record<string, unknown>);
  if (validate === null ? body !== undefined : !validate(body)) {
    violations.push(`${operation}: ${ajv.errorsText(validate?.errors)}`);
    return bad(`Invalid property: ${ajv.errorsText(validate?.errors)}`);
  }
  const id = path.split('/')[2] ?? '';
  switch (operation) {
    case 'GET /applications':
      return list(state, state.apps, url, violations);
    case 'GET /servicePrincipals':
      return list(state, state.principals, url, violations);
    case 'GET /organization':
      return { status: 200, body: { value: [{ verifiedDomains: state.verifiedDomains.map((name) => ({ name })) }] } };
    case 'POST /applications':
      return createApp(state, body as Partial<App>);
    case 'PATCH /applications/*':
      return patchApp(state, id, body as Partial<App>);
    case 'DELETE /applications/*':
      return deleteApp(state, id);
    case 'POST /servicePrincipals':
      return createPrincipal(state, String(body?.['appId']));
    default:
      if (!state.principals.some((one) => one.id === id)) return missing(id);
      state.principals = state.principals.filter((one) => one.id !== id);
      return done;
  }
}

/** A new object takes a while to be known everywhere. */
function isUnknown({ lag }: TenantState, appId: string): boolean {
  const left = lag.get(appId) ?? 0;
  if (left > 0) lag.set(appId, left - 1);
  return left > 0;
}

const EQUALS = /^appId eq '((?:[^']|'')*)'$/;
const ANY = /^(tags|identifierUris)\/any\((\w):\2 eq '((?:[^']|'')*)'\)$/;

function list(
  state: TenantState,
  objects: readonly { appId: string; [more: string]: unknown }[],
  url: URL,
  violations: string[],
): Answer {
  const filter = url.searchParams.get('$filter') ?? '';
  const [, appId] = EQUALS.exec(filter) ?? [];
  const [, property = '', , item = ''] = ANY.exec(filter) ?? [];
  if (appId === undefined && property === '') {
    violations.push(`$filter=${filter}`);
    return bad(`Invalid filter clause: ${filter}`);
  }
  const value = objects.filter((one) => {
    const fits =
      appId === undefined ? (one[property] as string[]).includes(item.replaceAll("''", "'")) : one.appId === appId;
    return fits && !isUnknown(state, one.appId);
  });
  return { status: 200, body: { '@odata.context': 'https://graph.microsoft.com/v1.0/$metadata', value } };
}

function createApp(state: TenantState, body: Partial<App>): Answer {
  const made = newApp(body as Parameters<typeof newApp>[0]);
  const problem = problemWith(state, newApp({}), made);
  if (problem) return problem;
  state.apps.push(made);
  if (state.lag.has('')) state.lag.set(made.appId, state.lag.get('')!);
  return { status: 201, body: structuredClone(made) };
}

function patchApp(state: TenantState, id: string, body: Partial<App>): Answer {
  const app = state.apps.find((one) => one.id === id);
  if (!app || isUnknown(state, app.appId)) return missing(id);
  const next: App = { ...app, ...body, api: { ...app.api, ...body.api } };
  const problem = problemWith(state, app, next);
  if (problem) return problem;
  Object.assign(app, structuredClone(next));
  return done;
}

/** The rules of the vendor, from its documentation and from what it answers people. */
function problemWith(state: TenantState, before: App, after: App): Answer | undefined {
  return (
    problemWithScopes(before.api, after.api) ??
    after.identifierUris
      .filter((uri) => !before.identifierUris.includes(uri))
      .map((uri) => problemWithUri(state, before, after, uri))
      .find((problem) => problem !== undefined)
  );
}

function problemWithScopes(before: Api, after: Api): Answer | undefined {
  for (const scope of before.oauth2PermissionScopes) {
    const next = after.oauth2PermissionScopes.find(({ id }) => id === scope.id);
    const isSame = isDeepStrictEqual({ ...scope, isEnabled: true }, next && { ...next, isEnabled: true });
    if (scope.isEnabled && !isSame) {
      return refuse(
        400,
        'CannotDeleteOrUpdateEnabledEntitlement',
        'Permission (scope or role) cannot be deleted or updated unless disabled first.',
      );
    }
  }
  const values = after.oauth2PermissionScopes.map(({ value }) => value);
  if (new Set(values).size < values.length) return bad('Property value contains a duplicate value.');
  // Those of the same request do not count.
  const ids = after.oauth2PermissionScopes.map(({ id }) => id);
  const known = before.oauth2PermissionScopes.map(({ id }) => id).filter((id) => ids.includes(id));
  const named = after.preAuthorizedApplications.flatMap(({ delegatedPermissionIds }) => delegatedPermissionIds);
  const unknown = named.find((id) => !known.includes(id));
  return unknown === undefined
    ? undefined
    : bad(`Property api.preAuthorizedApplications is invalid: permission ${unknown} cannot be found.`);
}

function problemWithUri(state: TenantState, before: App, after: App, uri: string): Answer | undefined {
  if (uri === `api://${after.appId}`) return undefined;
  const others = [...state.apps, ...state.deleted].filter(({ id }) => id !== after.id);
  if (others.some(({ identifierUris }) => identifierUris.includes(uri))) {
    return bad('Another object with the same value for property identifierUris already exists.', 'ObjectConflict');
  }
  const url = URL.canParse(uri) ? new URL(uri) : undefined;
  if (url?.protocol !== 'https:' || uri.endsWith('/'))
    return bad(`Invalid value specified for property identifierUris: ${uri}`);
  const isVerified = state.verifiedDomains.some((name) => url.hostname === name || url.hostname.endsWith(`.${name}`));
  const message = 'Values of identifierUris property must use a verified domain of the organization or its subdomain';
  if (!isVerified) return bad(`${message}: '${uri}'`, 'HostNameNotOnVerifiedDomain');
  if (before.api.requestedAccessTokenVersion !== 2)
    return bad(`Failed to add identifier URI ${uri}: the application takes tokens of version 1.`);
  return undefined;
}

function deleteApp(state: TenantState, id: string): Answer {
  const app = state.apps.find((one) => one.id === id);
  if (!app) return missing(id);
  state.apps = state.apps.filter((one) => one !== app);
  state.principals = state.principals.filter(({ appId }) => appId !== app.appId);
  state.deleted.push(app);
  return done;
}

function createPrincipal(state: TenantState, appId: string): Answer {
  const app = state.apps.find((one) => one.appId === appId);
  if (!app || isUnknown(state, appId)) {
    return bad(
      `The appId '${appId}' of the service principal does not reference a valid application object.`,
      'NoBackingApplicationObject',
    );
  }
  if (state.principals.some((one) => one.appId === appId)) {
    return refuse(
      409,
      'Request_MultipleObjectsWithSameKeyValue',
      `The service principal cannot be created: appId ${appId} is in use.`,
    );
  }
  const made = { id: randomUUID(), appId };
  state.principals.push(made);
  return { status: 201, body: made };
}
