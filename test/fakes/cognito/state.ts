export const POOL = 'eu-central-1_Tasks1234';
export const KEYS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'very-secret-key', sessionToken: 'session-token' };

export type Json = Record<string, unknown>;

/** One user pool. */
export interface PoolState {
  tier: 'LITE' | 'ESSENTIALS' | 'PLUS';
  domain?: { name: string; version: 1 | 2 };
  /** Names and descriptions of scopes, by identifier. */
  resourceServers: Map<string, { name: string; scopes: Map<string, string> }>;
  clients: Map<string, Json>;
  /** Ids of styles by client. */
  styles: Map<string, string>;
  identityProviders: string[];
  /** What `DescribeUserPool` tells beside. */
  more: Json;
}

export function newPool(): PoolState {
  return {
    tier: 'ESSENTIALS',
    resourceServers: new Map([['users', { name: 'Users', scopes: new Map([['read', 'Read users']]) }]]),
    clients: new Map([['webapp1', webApp()]]),
    styles: new Map(),
    identityProviders: ['Google'],
    more: {},
  };
}

/** A client of somebody else. */
function webApp(): Json {
  return {
    ClientName: 'web app',
    ClientSecret: 'their-secret',
    ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH'],
    AllowedOAuthFlowsUserPoolClient: false,
    CreationDate: 1_700_000_000,
    LastModifiedDate: 1_700_000_000,
  };
}
