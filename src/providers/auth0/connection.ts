import type { Connection, ProviderFindings, ProviderInput, ProviderIo } from '../types.ts';
import { findAccess, type Access } from './access.ts';
import { metadataClientPart, planMetadataClients } from './cimd.ts';
import { connectionPart, planConnections, readConnections } from './connections.ts';
import { facts } from './facts.ts';
import { grantPart, planDefaultGrant, readGrants } from './grants.ts';
import { ApiError } from './api-error.ts';
import { managementApi } from './management.ts';
import { mcpClientPart, planMcpClient } from './mcp-client.ts';
import { missingScopes, refusal } from './refusal.ts';
import { recordsFor, suffixFor, withoutSuffix, withSuffix } from './other-api.ts';
import { planResourceServer, readResourceServer, resourceServerPart } from './resource-server.ts';
import { planRoles, rolePart } from './roles.ts';
import { allScopes, kindOf, readScopes, writeScopes } from './scopes.ts';
import type { Part, Planned, Session, Values } from './session.ts';
import { planSettings, readSettings, settingsPart } from './settings.ts';
import { planTestClient, testClientPart } from './test-client.ts';

interface Open extends Session {
  access: Access;
  /** The tenant's settings as the first request brought them; taken once. */
  settings: Values | undefined;
  /** Scopes that the planned steps take and the token lacks. */
  missing: string[];
}

interface Wants {
  clients: boolean;
  roles: boolean;
}

const PARTS: Record<ReturnType<typeof kindOf>, Part> = {
  'auth0.resource-server': resourceServerPart,
  'auth0.client-grant': grantPart,
  'auth0.connection': connectionPart,
  'auth0.tenant-settings': settingsPart,
  'auth0.cimd': metadataClientPart,
  'auth0.test-client': testClientPart,
  'auth0.mcp-client': mcpClientPart,
  'auth0.role': rolePart,
};

/** Dealings with one tenant; credentials are looked for with the first request, and used for all. */
export function connectTo(domain: string, io: ProviderIo): Required<Connection> {
  let opened: Promise<Open> | undefined;
  const session = (wants: Wants = { clients: true, roles: false }): Promise<Open> =>
    (opened ??= open(domain, io, wants));
  const guarded = async <T>(work: (session: Open) => Promise<T>, wants?: Wants): Promise<T> => {
    let token: string | undefined;
    try {
      const open = await session(wants);
      token = open.access.token;
      return await work(open);
    } catch (error) {
      throw error instanceof ApiError ? refusal(error, domain, token) : error;
    }
  };
  return {
    look: (input) => guarded((open) => look(open, input), wantsOf(input)),
    apply: (step) =>
      guarded((open) => {
        if (open.missing.length > 0) throw missingScopes(open.missing, open.access.source);
        const id = withoutSuffix(step.id);
        return PARTS[kindOf(id)].apply(open, { ...step, id });
      }),
    revert: (id, record) => guarded((open) => PARTS[kindOf(withoutSuffix(id))].revert(open, withoutSuffix(id), record)),
  };
}

function wantsOf({ wishes, recorded }: ProviderInput): Wants {
  const clients = wishes.testClient || wishes.callbacks.length > 0 || recorded['auth0.mcp-client'] !== undefined;
  return { clients, roles: wishes.rbac };
}

async function open(domain: string, io: ProviderIo, wants: Wants): Promise<Open> {
  let settings: Values | undefined;
  const access = await findAccess(domain, io, wants, async (candidate) => {
    try {
      settings = await readSettings({ api: managementApi(domain, candidate) });
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status === 401) return false;
      // Who may not read the settings is known to the tenant all the same.
      if (error.status === 403) return true;
      throw refusal(error, domain, candidate.token);
    }
  });
  return {
    domain,
    io,
    access,
    settings,
    api: managementApi(domain, access),
    refs: new Map(),
    scopes: access.scopes,
    missing: [],
  };
}

/** Reads the tenant and plans, in the order in which the steps have to be taken. */
async function look(open: Open, asked: ProviderInput): Promise<ProviderFindings> {
  const wants = wantsOf(asked);
  assertMayRead(open, wants);
  const { spec, env } = facts(asked, open.domain);
  const { audience } = spec;
  const settings = open.settings ?? (await readSettings(open));
  open.settings = undefined;
  const resourceServer = await readResourceServer(open, audience);
  const suffix = suffixFor(asked.recorded, audience, resourceServer && (resourceServer.id ?? audience));
  const input = { ...asked, recorded: recordsFor(asked.recorded, suffix) };
  const grants = resourceServer ? await readGrants(open, audience) : [];
  const connections = await planConnections(input, await readConnections(open), open.io);
  const parts: Planned[] = [
    planResourceServer(input, audience, resourceServer),
    // Before registration is opened, or whoever comes first gets no access.
    planDefaultGrant(input, audience, grants),
    connections,
    planSettings(open.domain, settings, input.recorded['auth0.tenant-settings']),
    await planMetadataClients(open, input, settings),
    await planMcpClient(open, input, audience),
    await planRoles(open, input, audience),
  ];
  const testClient = input.wishes.testClient ? await planTestClient(open, input, audience, grants) : undefined;
  const planned = [...parts, ...(testClient ? [testClient] : [])];
  const steps = planned.flatMap((part) => part.steps);
  const remote = steps.map((step) => ({ ...step, id: withSuffix(step.id, suffix) }));
  const warnings = planned.flatMap((part) => part.warnings);
  if (suffix !== '') warnings.push(staysBehind(asked));
  open.missing = missingOf(open, writeScopes(steps));
  if (open.missing.length > 0) {
    const { message, fix } = missingScopes(open.missing, open.access.source);
    warnings.push({ message, fix });
  }
  const { wishes } = connections;
  return { spec, env: [...env, ...(testClient?.env ?? [])], remote, warnings, ...(wishes && { wishes }) };
}

function staysBehind({ recorded }: ProviderInput): ProviderFindings['warnings'][number] {
  return {
    message: `The API of an earlier URL (${recorded['auth0.resource-server']?.ref}) stays at Auth0, with its grants.`,
    fix: 'Clients may still use it; add-auth remove --remote takes it back with the rest.',
  };
}

/** Tells at once all that is missing, as far as a run may need it: people get tokens one at a time. */
function assertMayRead(open: Open, wants: Wants): void {
  if (missingOf(open, readScopes(wants)).length > 0) {
    throw missingScopes(missingOf(open, allScopes(wants)), open.access.source);
  }
}

function missingOf({ scopes }: Open, needed: string[]): string[] {
  return scopes ? needed.filter((scope) => !scopes.has(scope)) : [];
}
