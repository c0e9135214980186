/**
 * What the API of Cognito user pools takes for the operations that matter here, as JSON Schemas: names, types, patterns
 * and limits as facts from AWS's API reference and the types of `@aws-sdk/client-cognito-identity-provider` 3.1169 (read
 * 2026-11-21), in words of our own. Stricter in one point: fields that the reference does not know are refused.
 */
type Schema = Record<string, unknown>;

const boolean = { type: 'boolean' };
const days = { type: 'integer', minimum: 0 };
const texts = (maxItems: number, item: Schema = { type: 'string' }): Schema => ({
  type: 'array',
  maxItems,
  items: item,
});
const object = (properties: Schema, required: string[] = []): Schema => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});

const poolId = { type: 'string', pattern: '^[\\w-]+_[0-9a-zA-Z]+$', maxLength: 55 };
const clientId = { type: 'string', pattern: '^[\\w+]+$', maxLength: 128 };
const domain = { type: 'string', pattern: '^[a-z0-9](?:[a-z0-9\\-.]{0,61}[a-z0-9])?$' };
const identifier = { type: 'string', pattern: '^[\\x21\\x23-\\x5B\\x5D-\\x7E]+$', maxLength: 256 };
const clientName = { type: 'string', pattern: '^[\\w\\s+=,.@-]+$', minLength: 1, maxLength: 128 };
const serverName = { ...clientName, maxLength: 256 };
const scope = object(
  {
    ScopeName: { type: 'string', pattern: '^[\\x21\\x23-\\x2E\\x30-\\x5B\\x5D-\\x7E]+$', maxLength: 256 },
    ScopeDescription: { type: 'string', minLength: 1, maxLength: 256 },
  },
  ['ScopeName', 'ScopeDescription'],
);
const resourceServer = object(
  { UserPoolId: poolId, Identifier: identifier, Name: serverName, Scopes: texts(100, scope) },
  ['UserPoolId', 'Identifier', 'Name'],
);
const page = { MaxResults: { type: 'integer', minimum: 0, maximum: 60 }, NextToken: { type: 'string' } };
const settings = {
  UserPoolId: poolId,
  ClientName: clientName,
  RefreshTokenValidity: days,
  AccessTokenValidity: days,
  IdTokenValidity: days,
  TokenValidityUnits: { type: 'object' },
  ReadAttributes: texts(100),
  WriteAttributes: texts(100),
  ExplicitAuthFlows: texts(20),
  SupportedIdentityProviders: texts(100),
  CallbackURLs: texts(100, { type: 'string', minLength: 1, maxLength: 1024 }),
  LogoutURLs: texts(100),
  DefaultRedirectURI: { type: 'string' },
  AllowedOAuthFlows: texts(3, { enum: ['code', 'implicit', 'client_credentials'] }),
  AllowedOAuthScopes: texts(50, { type: 'string', pattern: '^[\\x21\\x23-\\x5B\\x5D-\\x7E]+$', maxLength: 256 }),
  AllowedOAuthFlowsUserPoolClient: boolean,
  AnalyticsConfiguration: { type: 'object' },
  PreventUserExistenceErrors: { enum: ['ENABLED', 'LEGACY'] },
  EnableTokenRevocation: boolean,
  EnablePropagateAdditionalUserContextData: boolean,
  AuthSessionValidity: { type: 'integer', minimum: 3, maximum: 15 },
  RefreshTokenRotation: { type: 'object' },
};
const ofClient = object({ UserPoolId: poolId, ClientId: clientId }, ['UserPoolId', 'ClientId']);
const ofServer = object({ UserPoolId: poolId, Identifier: identifier }, ['UserPoolId', 'Identifier']);

/** By operation. */
export const REQUESTS: Record<string, Schema> = {
  ListUserPools: object(page, ['MaxResults']),
  DescribeUserPool: object({ UserPoolId: poolId }, ['UserPoolId']),
  DescribeUserPoolDomain: object({ Domain: domain }, ['Domain']),
  CreateUserPoolDomain: object(
    {
      Domain: domain,
      UserPoolId: poolId,
      ManagedLoginVersion: { enum: [1, 2] },
      CustomDomainConfig: { type: 'object' },
    },
    ['Domain', 'UserPoolId'],
  ),
  DeleteUserPoolDomain: object({ Domain: domain, UserPoolId: poolId }, ['Domain', 'UserPoolId']),
  DescribeResourceServer: ofServer,
  CreateResourceServer: resourceServer,
  UpdateResourceServer: resourceServer,
  DeleteResourceServer: ofServer,
  ListIdentityProviders: object({ UserPoolId: poolId, ...page }, ['UserPoolId']),
  ListUserPoolClients: object({ UserPoolId: poolId, ...page }, ['UserPoolId']),
  DescribeUserPoolClient: ofClient,
  CreateUserPoolClient: object({ ...settings, GenerateSecret: boolean }, ['UserPoolId', 'ClientName']),
  UpdateUserPoolClient: object({ ...settings, ClientId: clientId }, ['UserPoolId', 'ClientId']),
  DeleteUserPoolClient: ofClient,
  DescribeManagedLoginBrandingByClient: object(
    { UserPoolId: poolId, ClientId: clientId, ReturnMergedResources: boolean },
    ['UserPoolId', 'ClientId'],
  ),
  CreateManagedLoginBranding: object(
    { UserPoolId: poolId, ClientId: clientId, UseCognitoProvidedValues: boolean, Settings: {}, Assets: texts(40, {}) },
    ['UserPoolId', 'ClientId'],
  ),
  DeleteManagedLoginBranding: object({ UserPoolId: poolId, ManagedLoginBrandingId: { type: 'string' } }, [
    'UserPoolId',
    'ManagedLoginBrandingId',
  ]),
};
