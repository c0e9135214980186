/**
 * What the Management API takes and gives for the operations that matter here, as JSON Schemas: names, types and limits
 * as facts from the vendor's OpenAPI description (supabase/cli, packages/api/src/generated/openapi.json, of 2026-06-01,
 * read 2026-11-21), in words of our own. Stricter in one point: unknown properties of a request are refused.
 */
type Schema = Record<string, unknown>;

const nullable = (type: string, more: Schema = {}): Schema => ({ type: [type, 'null'], ...more });
const algorithm = { enum: ['EdDSA', 'ES256', 'RS256', 'HS256'] };
const status = { enum: ['in_use', 'previously_used', 'revoked', 'standby'] };
const object = (properties: Schema, required: string[] = []): Schema => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});

const authConfig = {
  site_url: nullable('string', { pattern: '^[^,]+$' }),
  uri_allow_list: nullable('string'),
  jwt_exp: nullable('integer', { minimum: 0, maximum: 604_800 }),
  hook_custom_access_token_enabled: nullable('boolean'),
  hook_custom_access_token_uri: nullable('string'),
  smtp_pass: nullable('string'),
  oauth_server_enabled: nullable('boolean'),
  oauth_server_allow_dynamic_registration: nullable('boolean'),
  oauth_server_authorization_path: nullable('string'),
};
const signingKey = object(
  {
    id: { type: 'string', format: 'uuid' },
    algorithm,
    status,
    public_jwk: {},
    created_at: { type: 'string', format: 'date-time' },
    updated_at: { type: 'string', format: 'date-time' },
  },
  ['id', 'algorithm', 'status', 'created_at', 'updated_at'],
);
const project = {
  type: 'object',
  properties: { ref: { type: 'string', pattern: '^[a-z]{20}$' } },
  required: ['id', 'ref', 'organization_id', 'organization_slug', 'name', 'region', 'created_at', 'status', 'database'],
};

export interface Operation {
  permission: string;
  /** `null`: it takes no body. */
  request: Schema | null;
  response: Schema;
  status: number;
}

export const OPERATIONS: Record<string, Operation> = {
  'GET /v1/projects': {
    permission: 'projects_read',
    request: null,
    response: { type: 'array', items: project },
    status: 200,
  },
  'GET /v1/projects/{ref}/api-keys': {
    permission: 'api_gateway_keys_read',
    request: null,
    response: { type: 'array', items: { type: 'object', required: ['name'] } },
    status: 200,
  },
  'GET /v1/projects/{ref}/config/auth': {
    permission: 'auth_config_read',
    request: null,
    response: object(authConfig, Object.keys(authConfig)),
    status: 200,
  },
  'PATCH /v1/projects/{ref}/config/auth': {
    permission: 'auth_config_write',
    request: { ...object(authConfig), minProperties: 1 },
    response: object(authConfig, Object.keys(authConfig)),
    status: 200,
  },
  'GET /v1/projects/{ref}/config/auth/signing-keys': {
    permission: 'auth_signing_keys_read',
    request: null,
    response: object({ keys: { type: 'array', items: signingKey } }, ['keys']),
    status: 200,
  },
  'POST /v1/projects/{ref}/config/auth/signing-keys': {
    permission: 'auth_signing_keys_write',
    request: object({ algorithm, status: { enum: ['in_use', 'standby'] } }, ['algorithm']),
    response: signingKey,
    status: 201,
  },
  'GET /v1/projects/{ref}/config/auth/signing-keys/legacy': {
    permission: 'auth_signing_keys_read',
    request: null,
    response: signingKey,
    status: 200,
  },
  'POST /v1/projects/{ref}/config/auth/signing-keys/legacy': {
    permission: 'auth_signing_keys_write',
    request: null,
    response: signingKey,
    status: 201,
  },
  'PATCH /v1/projects/{ref}/config/auth/signing-keys/{id}': {
    permission: 'auth_signing_keys_write',
    request: object({ status }, ['status']),
    response: signingKey,
    status: 200,
  },
};
