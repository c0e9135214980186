import { randomBytes } from 'node:crypto';

export type Json = Record<string, unknown>;

/** All there is in a tenant. Management API and authorization server work on the same. */
export interface TenantState {
  settings: Json & { flags: Json };
  resourceServers: (Json & { id: string; identifier: string; scopes?: { value: string }[] })[];
  grants: (Json & { id: string; audience: string; scope?: string[] })[];
  connections: (Json & { id: string; name: string })[];
  clients: (Json & { client_id: string; name: string })[];
  roles: (Json & { id: string; name: string; permissions: Json[] })[];
}

/** A tenant as the vendor hands it out: one database, nothing open. */
export function newTenant(): TenantState {
  return {
    settings: {
      enabled_locales: ['en'],
      friendly_name: 'Test tenant',
      sandbox_version: '22',
      session_lifetime: 168,
      resource_parameter_profile: 'audience',
      // The last two are told and never taken.
      flags: {
        enable_client_connections: false,
        revoke_refresh_token_grant: false,
        disable_impersonation: true,
        allow_changing_enable_sso: false,
      },
    },
    resourceServers: [],
    grants: [],
    connections: [connection('Username-Password-Authentication', 'auth0')],
    clients: [],
    roles: [],
  };
}

export function connection(name: string, strategy: string, more: Json = {}): TenantState['connections'][number] {
  return {
    id: id('con_'),
    name,
    strategy,
    options: { upstream_params: { screen_name: { alias: 'login_hint' } }, brute_force_protection: true },
    is_domain_connection: false,
    enabled_clients: ['someone'],
    realms: [name],
    ...more,
  };
}

/** A tenant that others have used for years: foreign APIs, grants, clients, and three pages of connections. */
export function usedTenant(audience: string): TenantState {
  const tenant = newTenant();
  tenant.settings['default_audience'] = 'https://billing.example.com';
  tenant.settings['support_email'] = 'help@example.com';
  tenant.settings.flags['no_disclose_enterprise_connections'] = true;
  tenant.resourceServers.push(
    {
      id: id(''),
      name: 'Billing',
      identifier: 'https://billing.example.com',
      signing_alg: 'RS256',
      scopes: [{ value: 'read:bills' }],
    },
    {
      id: id(''),
      name: 'Ours, made by hand',
      identifier: audience,
      signing_alg: 'RS256',
      token_dialect: 'access_token_authz',
      token_lifetime: 7777,
      allow_offline_access: true,
      scopes: [{ value: 'foreign:scope', description: 'Not yours' } as { value: string }, { value: 'read:tasks' }],
    },
  );
  tenant.grants.push(
    {
      id: id('cgr_'),
      client_id: 'someone',
      audience: 'https://billing.example.com',
      scope: ['read:bills'],
      subject_type: 'client',
    },
    { id: id('cgr_'), default_for: 'third_party_clients', audience, scope: ['foreign:scope'], subject_type: 'user' },
  );
  for (let number = 0; number < 120; number++) tenant.connections.push(connection(`customer-${number}`, 'samlp'));
  tenant.connections.push(
    connection('google-oauth2', 'google-oauth2'),
    connection('unused-db', 'auth0', { enabled_clients: [] }),
  );
  for (let number = 0; number < 60; number++) {
    tenant.clients.push({
      client_id: id(''),
      name: `Machine ${number}`,
      app_type: 'non_interactive',
      is_first_party: true,
      client_secret: id(''),
    });
  }
  return tenant;
}

export const id = (prefix: string): string => prefix + randomBytes(12).toString('hex');
