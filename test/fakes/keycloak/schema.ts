/**
 * What the Admin REST API takes for the operations that matter here, as JSON Schemas: names and types as facts from the
 * vendor's OpenAPI description (keycloak.org/docs-api, 26.x, read 2026-11-21), in words of our own. Stricter in one
 * point: properties that the description does not know are refused.
 */
type Schema = Record<string, unknown>;

const string = { type: 'string' };
const strings = { type: 'object', additionalProperties: string };
const object = (properties: Schema, required: string[] = []): Schema => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});

const protocolMapper = object(
  {
    id: string,
    name: string,
    protocol: string,
    protocolMapper: string,
    consentRequired: { type: 'boolean' },
    consentText: string,
    config: strings,
  },
  ['name', 'protocol', 'protocolMapper'],
);
const clientScope = object(
  {
    id: string,
    name: string,
    description: string,
    protocol: string,
    attributes: strings,
    protocolMappers: { type: 'array', items: protocolMapper },
  },
  ['name'],
);
const component = object({
  id: string,
  name: string,
  providerId: string,
  providerType: string,
  parentId: string,
  subType: string,
  config: { type: 'object', additionalProperties: { type: 'array', items: string } },
});
const realm = object({ id: string, realm: string, displayName: string, enabled: { type: 'boolean' } }, ['realm']);

/** By method and path below `/admin/realms/REALM`; ids are `*`. `null`: it takes no body. */
export const REQUESTS: Record<string, Schema | null> = {
  'POST /': realm,
  'GET ': null,
  'DELETE ': null,
  'GET /users/count': null,
  'GET /clients': null,
  'GET /client-scopes': null,
  'POST /client-scopes': clientScope,
  'GET /client-scopes/*': null,
  'PUT /client-scopes/*': clientScope,
  'DELETE /client-scopes/*': null,
  'POST /client-scopes/*/protocol-mappers/models': protocolMapper,
  'DELETE /client-scopes/*/protocol-mappers/models/*': null,
  'GET /default-optional-client-scopes': null,
  'PUT /default-optional-client-scopes/*': null,
  'DELETE /default-optional-client-scopes/*': null,
  'GET /default-default-client-scopes': null,
  'GET /components': null,
  'PUT /components/*': component,
};
