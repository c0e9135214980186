/**
 * What the management API takes for the operations that matter here, as JSON Schemas: names, types and lengths as facts
 * from the vendor's OpenAPI description (okta/okta-management-openapi-spec 2026.06.3, read 2026-11-21), in words of our
 * own. Stricter in one point: properties that the description does not know, or calls read-only, are refused.
 */
type Schema = Record<string, unknown>;

const string = { type: 'string' };
const integer = { type: 'integer' };
const boolean = { type: 'boolean' };
const strings = { type: 'array', items: string };
const oneOf = (...values: string[]): Schema => ({ type: 'string', enum: values });
const object = (properties: Schema, required: string[] = []): Schema => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});
const include = object({ include: strings });
const status = oneOf('ACTIVE', 'INACTIVE');

const authorizationServer = object(
  {
    name: string,
    description: string,
    // "Okta currently supports only one audience."
    audiences: { type: 'array', items: string, minItems: 1, maxItems: 1 },
    issuerMode: oneOf('ORG_URL', 'CUSTOM_URL', 'DYNAMIC'),
    credentials: object({ signing: object({ rotationMode: oneOf('AUTO', 'MANUAL'), use: oneOf('sig') }) }),
    jwks: { type: 'object' },
    jwks_uri: string,
  },
  ['name', 'audiences'],
);

const scope = object(
  {
    name: { type: 'string', pattern: '^(?!okta[.:])[!#-\\[\\]-~]+$' },
    displayName: string,
    description: string,
    consent: oneOf('FLEXIBLE', 'IMPLICIT', 'REQUIRED'),
    metadataPublish: oneOf('ALL_CLIENTS', 'NO_CLIENTS'),
    default: boolean,
    optional: boolean,
  },
  ['name'],
);

const policy = object(
  {
    type: oneOf('OAUTH_AUTHORIZATION_POLICY'),
    name: { type: 'string', minLength: 1, maxLength: 100 },
    description: { type: 'string', minLength: 1, maxLength: 255 },
    priority: integer,
    status,
    conditions: object({ clients: include }),
  },
  ['type', 'name', 'description', 'priority', 'conditions'],
);

const rule = object(
  {
    type: oneOf('RESOURCE_ACCESS'),
    name: string,
    priority: integer,
    status,
    conditions: object({
      people: object({ groups: include, users: include }),
      grantTypes: object({
        include: {
          type: 'array',
          items: oneOf('authorization_code', 'implicit', 'password', 'client_credentials'),
        },
      }),
      scopes: include,
    }),
    actions: object({
      token: object({
        accessTokenLifetimeMinutes: { type: 'integer', minimum: 5, maximum: 1440 },
        refreshTokenLifetimeMinutes: { type: 'integer', minimum: 0 },
        refreshTokenWindowMinutes: { type: 'integer', minimum: 10, maximum: 2_628_000 },
        inlineHook: {},
      }),
    }),
  },
  ['name', 'type', 'conditions'],
);

const app = object(
  {
    name: oneOf('oidc_client'),
    label: { type: 'string', minLength: 1, maxLength: 100 },
    signOnMode: oneOf('OPENID_CONNECT'),
    accessibility: { type: 'object' },
    visibility: object({ hide: object({ web: boolean, iOS: boolean }), autoSubmitToolbar: boolean, appLinks: {} }),
    profile: { type: 'object' },
    credentials: object({
      oauthClient: object({
        client_id: { type: 'string', minLength: 6, maxLength: 100 },
        token_endpoint_auth_method: oneOf('client_secret_basic', 'client_secret_post', 'none', 'private_key_jwt'),
        pkce_required: boolean,
        autoKeyRotation: boolean,
      }),
    }),
    settings: object({
      notes: { type: 'object' },
      oauthClient: object(
        {
          application_type: oneOf('browser', 'native', 'service', 'web'),
          grant_types: { type: 'array', items: oneOf('authorization_code', 'refresh_token', 'client_credentials') },
          response_types: { type: 'array', items: oneOf('code', 'token', 'id_token') },
          redirect_uris: { type: 'array', items: { ...string, pattern: '^[a-z][a-z\\d+.-]*://[^#]+$' } },
          consent_method: oneOf('REQUIRED', 'TRUSTED'),
          refresh_token: object(
            { rotation_type: oneOf('ROTATE', 'STATIC'), leeway: { type: 'integer', minimum: 0, maximum: 60 } },
            ['rotation_type'],
          ),
        },
        ['grant_types'],
      ),
    }),
  },
  ['signOnMode', 'label', 'name', 'settings', 'credentials'],
);

/** By method and path below `/api/v1`; ids are `*`. `null`: it takes no body. With the parameters of a query. */
export const REQUESTS: Record<string, { body: Schema | null; query?: string[] }> = {
  'GET /authorizationServers': { body: null, query: ['q', 'limit', 'after'] },
  'POST /authorizationServers': { body: authorizationServer },
  'GET /authorizationServers/*': { body: null },
  'PUT /authorizationServers/*': { body: authorizationServer },
  'DELETE /authorizationServers/*': { body: null },
  'POST /authorizationServers/*/lifecycle/activate': { body: null },
  'POST /authorizationServers/*/lifecycle/deactivate': { body: null },
  'GET /authorizationServers/*/scopes': { body: null, query: ['q', 'filter', 'after', 'limit'] },
  'POST /authorizationServers/*/scopes': { body: scope },
  'GET /authorizationServers/*/scopes/*': { body: null },
  'PUT /authorizationServers/*/scopes/*': { body: scope },
  'DELETE /authorizationServers/*/scopes/*': { body: null },
  'GET /authorizationServers/*/policies': { body: null },
  'POST /authorizationServers/*/policies': { body: policy },
  'GET /authorizationServers/*/policies/*': { body: null },
  'PUT /authorizationServers/*/policies/*': { body: policy },
  'DELETE /authorizationServers/*/policies/*': { body: null },
  'POST /authorizationServers/*/policies/*/lifecycle/activate': { body: null },
  'GET /authorizationServers/*/policies/*/rules': { body: null },
  'POST /authorizationServers/*/policies/*/rules': { body: rule },
  'GET /authorizationServers/*/policies/*/rules/*': { body: null },
  'PUT /authorizationServers/*/policies/*/rules/*': { body: rule },
  'DELETE /authorizationServers/*/policies/*/rules/*': { body: null },
  'POST /authorizationServers/*/policies/*/rules/*/lifecycle/activate': { body: null },
  'GET /apps': { body: null, query: ['q', 'after', 'useOptimization', 'limit', 'filter', 'includeNonDeleted'] },
  'POST /apps': { body: app, query: ['activate'] },
  'GET /apps/*': { body: null },
  'PUT /apps/*': { body: app },
  'DELETE /apps/*': { body: null },
  'POST /apps/*/lifecycle/deactivate': { body: null },
  'GET /apps/*/credentials/secrets': { body: null },
  'GET /apps/*/groups': { body: null, query: ['q', 'after', 'limit'] },
  'PUT /apps/*/groups/*': { body: object({ priority: integer, profile: { type: 'object' } }) },
  'GET /apps/*/users': { body: null, query: ['after', 'limit', 'q'] },
  'GET /groups': { body: null, query: ['search', 'filter', 'q', 'after', 'limit'] },
};
