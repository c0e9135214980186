/** What each kind of step must be allowed to write; reads are asked for by every run. */
const WRITES = {
  'auth0.resource-server': { create: ['create:resource_servers'], update: ['update:resource_servers'] },
  'auth0.client-grant': { create: ['create:client_grants'], update: ['update:client_grants'] },
  'auth0.connection': { create: [], update: ['update:connections'] },
  'auth0.tenant-settings': { create: [], update: ['update:tenant_settings'] },
  'auth0.cimd': { create: ['create:clients', 'update:clients'], update: ['update:tenant_settings'] },
  'auth0.test-client': { create: ['create:clients'], update: [] },
  'auth0.mcp-client': { create: ['create:clients'], update: ['update:clients'] },
  'auth0.role': { create: ['create:roles'], update: ['update:roles'] },
} as const satisfies Record<string, { create: string[]; update: string[] }>;
type Kind = keyof typeof WRITES;

const READS = ['read:tenant_settings', 'read:resource_servers', 'read:client_grants', 'read:connections'];

/** The scopes that looking at the tenant takes. */
export function readScopes(wants: { clients: boolean; roles: boolean }): string[] {
  return [...READS, ...(wants.clients ? ['read:clients'] : []), ...(wants.roles ? ['read:roles'] : [])];
}

/** The scopes that these steps take, each once. */
export function writeScopes(steps: readonly { id: string; verb: 'create' | 'update' | 'keep' }[]): string[] {
  return unique(steps.flatMap(({ id, verb }) => (verb === 'keep' ? [] : WRITES[kindOf(id)][verb])));
}

/** All that a first run may need: for the prompt, and for the error that lists what is missing. */
export function allScopes(wants: { clients: boolean; roles: boolean }): string[] {
  const kinds = Object.entries(WRITES).filter(([kind]) => {
    if (kind === 'auth0.role') return wants.roles;
    return wants.clients || !kind.endsWith('client');
  });
  const writes = kinds.flatMap(([kind, { create, update }]) => (kind === 'auth0.cimd' ? [] : [...create, ...update]));
  return unique([...readScopes(wants), ...writes]);
}

/** The part of the program that a step id belongs to. */
export function kindOf(id: string): Kind {
  const kind = id.split('.').slice(0, 2).join('.');
  if (kind === 'auth0.test-client-grant' || kind === 'auth0.default-grant') return 'auth0.client-grant';
  if (kind in WRITES) return kind as Kind;
  throw new Error(`unknown step ${id}`);
}

const unique = (scopes: string[]): string[] => [...new Set(scopes)];
