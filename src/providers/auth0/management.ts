import { ClientGrantsClient } from 'auth0/clientGrants';
import { ClientsClient } from 'auth0/clients';
import { ConnectionsClient } from 'auth0/connections';
import { ResourceServersClient } from 'auth0/resourceServers';
import { RolesClient } from 'auth0/roles';
import { TenantsClient } from 'auth0/tenants';
import type { Access } from './access.ts';

/** The parts of the Management API that are used; each is an entry point of its own, which keeps the rest unbundled. */
export interface ManagementApi {
  tenants: TenantsClient;
  resourceServers: ResourceServersClient;
  clientGrants: ClientGrantsClient;
  connections: ConnectionsClient;
  clients: ClientsClient;
  roles: RolesClient;
}

/** The API of one tenant. Repetitions are the business of `access.fetch`, which knows what may be repeated. */
export function managementApi(domain: string, access: Access): ManagementApi {
  const options = {
    baseUrl: `https://${domain}/api/v2`,
    token: access.token ?? 'held by the auth0 CLI',
    fetch: access.fetch,
    maxRetries: 0,
    timeoutInSeconds: 300,
  };
  return {
    tenants: new TenantsClient(options),
    resourceServers: new ResourceServersClient(options),
    clientGrants: new ClientGrantsClient(options),
    connections: new ConnectionsClient(options),
    clients: new ClientsClient(options),
    roles: new RolesClient(options),
  };
}
