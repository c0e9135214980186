import { randomUUID } from 'node:crypto';

export const ADMIN = { user: 'root', password: 'correct-horse-battery-staple' };
export const REALM = 'acme';

export interface Mapper {
  id: string;
  name: string;
  protocolMapper: string;
  config: Record<string, string>;
}

export interface Scope {
  id: string;
  name: string;
  protocol: string;
  attributes: Record<string, string>;
  protocolMappers: Mapper[];
}

export interface Policy {
  id: string;
  name: string;
  providerId: string;
  providerType: string;
  parentId: string;
  subType: string;
  config: Record<string, string[]>;
}

export interface RealmState {
  enabled: boolean;
  scopes: Scope[];
  /** Ids of scopes. */
  optional: string[];
  standard: string[];
  policies: Policy[];
  users: string[];
  clients: string[];
}

const TYPE = 'org.keycloak.services.clientregistration.policy.ClientRegistrationPolicy';

/** A realm as Keycloak 26.7 makes it, as far as it matters here. */
export function newRealm(): RealmState {
  const basic = scope('basic');
  const offline = scope('offline_access');
  return {
    enabled: true,
    scopes: [basic, offline],
    optional: [offline.id],
    standard: [basic.id],
    policies: [
      policy('trusted-hosts', 'Trusted Hosts', {
        'host-sending-registration-request-must-match': ['true'],
        'client-uris-must-match': ['true'],
      }),
      policy('allowed-client-templates', 'Allowed Client Scopes', { 'allow-default-scopes': ['true'] }),
      policy('max-clients', 'Max Clients Limit', { 'max-clients': ['200'] }),
      policy('registration-web-origins', 'Allowed Registration Web Origins', {}),
      policy(
        'allowed-client-templates',
        'Allowed Client Scopes',
        { 'allow-default-scopes': ['true'] },
        'authenticated',
      ),
    ],
    users: [],
    clients: ['account', 'account-console', 'admin-cli', 'broker', 'realm-management', 'security-admin-console'],
  };
}

export function scope(name: string, more: Partial<Scope> = {}): Scope {
  return { id: randomUUID(), name, protocol: 'openid-connect', attributes: {}, protocolMappers: [], ...more };
}

export function policy(providerId: string, name: string, config: Policy['config'], subType = 'anonymous'): Policy {
  return { id: randomUUID(), name, providerId, providerType: TYPE, parentId: 'realm', subType, config };
}
