/** What the vendor's quickstart lets its CLI ask for, and what taking things back needs. */
export const MANAGER_SCOPES = `read:client_grants create:client_grants update:client_grants delete:client_grants
  read:clients create:clients update:clients delete:clients
  read:resource_servers create:resource_servers update:resource_servers delete:resource_servers
  read:roles create:roles update:roles delete:roles
  read:tenant_settings update:tenant_settings read:connections update:connections`.split(/\s+/);
