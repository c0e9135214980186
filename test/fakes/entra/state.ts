import { randomUUID } from 'node:crypto';

export const TENANT = '11111111-2222-4333-8444-555555555555';
export const DOMAIN = 'contoso.onmicrosoft.com';
export const TOKEN = 'graph-token-of-the-tests';

export interface Scope {
  id: string;
  value: string;
  type: string;
  isEnabled: boolean;
  adminConsentDisplayName: string;
  adminConsentDescription: string;
}

export interface Api {
  acceptMappedClaims: boolean | null;
  knownClientApplications: string[];
  oauth2PermissionScopes: Scope[];
  preAuthorizedApplications: { appId: string; delegatedPermissionIds: string[] }[];
  requestedAccessTokenVersion: number | null;
}

export interface App {
  id: string;
  appId: string;
  displayName: string;
  tags: string[];
  identifierUris: string[];
  publicClient: { redirectUris: string[] };
  api: Api;
  [more: string]: unknown;
}

export interface TenantState {
  apps: App[];
  principals: { id: string; appId: string }[];
  /** Applications in the recycle bin. */
  deleted: App[];
  verifiedDomains: string[];
  /** How many requests a new object is still unknown to. */
  lag: Map<string, number>;
}

export const newTenant = (): TenantState => ({
  apps: [],
  principals: [],
  deleted: [],
  verifiedDomains: [DOMAIN, 'example.com'],
  lag: new Map(),
});

/** An application as Graph makes it, with what is at its default. */
export function newApp({ api = {}, ...given }: Record<string, unknown> & { api?: Partial<Api> }): App {
  return {
    id: randomUUID(),
    appId: randomUUID(),
    displayName: 'An application',
    tags: [],
    identifierUris: [],
    signInAudience: 'AzureADMyOrg',
    publicClient: { redirectUris: [] },
    requiredResourceAccess: [],
    appRoles: [],
    passwordCredentials: [],
    keyCredentials: [],
    ...given,
    api: {
      acceptMappedClaims: null,
      knownClientApplications: [],
      oauth2PermissionScopes: [],
      preAuthorizedApplications: [],
      requestedAccessTokenVersion: null,
      ...api,
    },
  };
}

export const newScope = (value: string, more: Partial<Scope> = {}): Scope => ({
  id: randomUUID(),
  value,
  type: 'User',
  isEnabled: true,
  adminConsentDisplayName: value,
  adminConsentDescription: `About ${value}`,
  ...more,
});
