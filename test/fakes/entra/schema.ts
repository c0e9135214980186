/**
 * What Microsoft Graph v1.0 takes for the operations that matter here, as JSON Schemas. Microsoft publishes no OpenAPI
 * description that was found (its metadata repository holds CSDL); names, types and limits are facts from the reference
 * (learn.microsoft.com/graph/api/resources/{application,apiapplication,permissionscope,preauthorizedapplication,
 * serviceprincipal}, read 2026-11-21), in words of our own. Stricter in one point: what it does not know is refused.
 */
type Schema = Record<string, unknown>;

const string = { type: 'string' };
const guid = { type: 'string', pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' };
const list = (items: Schema): Schema => ({ type: 'array', items });
const object = (properties: Schema, required: string[] = []): Schema => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});

const permissionScope = object(
  {
    id: guid,
    value: {
      type: 'string',
      maxLength: 120,
      pattern: "^[\\w!#$%&'()*+,\\-/:;<=>?@[\\]^`{|}~][\\w!#$%&'()*+,\\-./:;<=>?@[\\]^`{|}~]*$",
    },
    type: { enum: ['User', 'Admin'] },
    isEnabled: { type: 'boolean' },
    adminConsentDisplayName: { type: 'string', minLength: 1, maxLength: 100 },
    adminConsentDescription: { type: 'string', minLength: 1 },
    userConsentDisplayName: { type: ['string', 'null'] },
    userConsentDescription: { type: ['string', 'null'] },
  },
  ['id', 'value', 'type', 'adminConsentDisplayName', 'adminConsentDescription'],
);

const application = (required: string[]): Schema => ({
  ...object(
    {
      displayName: { type: 'string', minLength: 1, maxLength: 256 },
      signInAudience: {
        enum: ['AzureADMyOrg', 'AzureADMultipleOrgs', 'AzureADandPersonalMicrosoftAccount', 'PersonalMicrosoftAccount'],
      },
      tags: list({ type: 'string', minLength: 1, maxLength: 256 }),
      identifierUris: list(string),
      isFallbackPublicClient: { type: 'boolean' },
      publicClient: object({ redirectUris: list(string) }),
      api: object({
        acceptMappedClaims: { type: ['boolean', 'null'] },
        knownClientApplications: list(guid),
        oauth2PermissionScopes: list(permissionScope),
        preAuthorizedApplications: list(
          object({ appId: guid, delegatedPermissionIds: list(guid) }, ['appId', 'delegatedPermissionIds']),
        ),
        requestedAccessTokenVersion: { enum: [1, 2, null] },
      }),
      requiredResourceAccess: list(
        object(
          {
            resourceAppId: guid,
            resourceAccess: list(object({ id: guid, type: { enum: ['Scope', 'Role'] } }, ['id', 'type'])),
          },
          ['resourceAppId', 'resourceAccess'],
        ),
      ),
    },
    required,
  ),
  minProperties: 1,
});

/** By method and path below `/v1.0`; ids are `*`. `null`: it takes no body. */
export const REQUESTS: Record<string, Schema | null> = {
  'GET /applications': null,
  'POST /applications': application(['displayName']),
  'PATCH /applications/*': application([]),
  'DELETE /applications/*': null,
  'GET /servicePrincipals': null,
  'POST /servicePrincipals': object({ appId: guid }, ['appId']),
  'DELETE /servicePrincipals/*': null,
  'GET /organization': null,
};
