import { randomBytes } from 'node:crypto';

type Json = Record<string, unknown>;

export interface Named {
  id: string;
  name: string;
  status?: string;
  system?: boolean;
}

export interface RuleState extends Named {
  conditions: { people?: Json; grantTypes?: { include: string[] }; scopes?: { include: string[] } };
  actions?: Json;
}

export interface PolicyState extends Named {
  description?: string;
  priority: number;
  conditions: { clients: { include: string[] } };
  rules: RuleState[];
}

export interface ServerState extends Named {
  issuer: string;
  audiences: string[];
  scopes: (Named & { metadataPublish?: string; consent?: string; description?: string })[];
  policies: PolicyState[];
}

export interface AppState {
  id: string;
  label: string;
  status: string;
  profile?: Json;
  credentials: { oauthClient: Json & { client_id: string } };
  settings: { oauthClient: Json & { redirect_uris?: string[]; grant_types: string[] } };
  secrets?: { id: string; status: string; client_secret: string }[];
  groups: string[];
  users: string[];
}

/** All there is in an org. Management API and authorization servers work on the same. */
export interface OrgState {
  servers: ServerState[];
  apps: AppState[];
}

export const EVERYONE = '00g1emaKYZTWRYYRRTSK';
const SYSTEM_SCOPES = ['openid', 'profile', 'email', 'address', 'phone', 'offline_access', 'device_sso'];

/** An org with API Access Management, as the vendor hands it out: the server `default`, open to all. */
export function newOrg(base: string): OrgState {
  const rule: RuleState = {
    id: newId('0pr'),
    name: 'Default Policy Rule',
    status: 'ACTIVE',
    conditions: {
      people: { groups: { include: ['EVERYONE'] } },
      grantTypes: { include: ['implicit', 'client_credentials', 'authorization_code', 'password'] },
      scopes: { include: ['*'] },
    },
  };
  const policy = {
    id: newId('00p'),
    name: 'Default Policy',
    description: 'Default policy description',
    status: 'ACTIVE',
    priority: 1,
    conditions: { clients: { include: ['ALL_CLIENTS'] } },
    rules: [rule],
  };
  const server = { id: 'default', name: 'default', audiences: ['api://default'] };
  return { servers: [{ ...newServer(base, server), policies: [policy] }], apps: [] };
}

/** A server without policies, so that nobody gets a token. */
export function newServer(base: string, more: Partial<ServerState>): ServerState {
  const id = more.id ?? newId('aus');
  const scopes = SYSTEM_SCOPES.map((name) => ({
    id: newId('scp'),
    name,
    system: true,
    metadataPublish: 'ALL_CLIENTS',
  }));
  return {
    id,
    name: id,
    status: 'ACTIVE',
    audiences: [],
    issuer: `${base}/oauth2/${id}`,
    scopes,
    policies: [],
    ...more,
  };
}

export const newId = (prefix: string): string => prefix + randomBytes(9).toString('hex').slice(0, 17);
