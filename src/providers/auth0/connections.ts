import { CliError } from '../../errors.ts';
import type { RemoteStep } from '../../types.ts';
import type { ProviderFindings, ProviderInput, ProviderIo } from '../types.ts';
import { call, checkpointList, type Part, type Planned, type Session } from './session.ts';

const PREFIX = 'auth0.connection.';
/** Steps that come after the connections: who has done one of them has done with these. */
const LATER = ['auth0.tenant-settings', 'auth0.test-client', 'auth0.mcp-client'];
const ENTERPRISE = [
  'ad',
  'adfs',
  'auth0-adldap',
  'custom',
  'google-apps',
  'ip',
  'office365',
  'oidc',
  'okta',
  'pingfederate',
];
/** Not a database and not social, so not opened unless asked for by name. */
const OTHERS = new Set([...ENTERPRISE, 'samlp', 'sharepoint', 'waad', 'email', 'sms']);

export interface LoginConnection {
  id: string;
  name: string;
  strategy?: string;
  is_domain_connection?: boolean;
  /** Old name for the clients that use it; not told by every tenant. */
  enabled_clients?: string[];
}

/** The login methods of the tenant. @throws ApiError */
export async function readConnections({ api }: Session): Promise<LoginConnection[]> {
  return checkpointList('list the connections', 'connections', (query) =>
    api.connections.list({ ...query, include_totals: false }),
  );
}

/** Third-party clients can use domain-level connections only. @throws CliError `invalid-option` for an unknown name */
export async function planConnections(
  input: ProviderInput,
  all: LoginConnection[],
  io: ProviderIo,
): Promise<Planned & Pick<ProviderFindings, 'wishes'>> {
  const { chosen, isAnswer } = await choose(input, all, io);
  const warnings: Planned['warnings'] = [];
  if (chosen.length === 0) {
    warnings.push({
      message: 'No connection of the tenant is open to MCP clients, so nobody can sign in.',
      fix: 'Create one under Authentication in the dashboard and run again, or name one with --connection NAME.',
    });
  }
  const steps = chosen.map(stepFor);
  const opened = steps.filter(({ verb }) => verb === 'update').map(({ resource }) => resource);
  if (opened.length > 0 && input.wishes.connections === undefined && !io.interactive) {
    warnings.push({
      message: `Opened to every third-party client of the tenant, because nobody said which: ${opened.join(', ')}.`,
      fix: 'Say which with --connection NAME (repeatable).',
    });
  }
  return { steps, warnings, ...(isAnswer && { wishes: { connections: chosen.map(({ name }) => name) } }) };
}

interface Choice {
  chosen: LoginConnection[];
  /** The person was asked. */
  isAnswer: boolean;
}

async function choose(input: ProviderInput, all: LoginConnection[], io: ProviderIo): Promise<Choice> {
  const { connections: names } = input.wishes;
  if (names !== undefined) return { chosen: names.map((name) => byName(name, all)), isAnswer: false };
  // Decided by an earlier run that got past this: a connection that came since is not opened behind anybody's back.
  if (LATER.some((id) => input.recorded[id])) {
    const isKnown = ({ id, is_domain_connection: open }: LoginConnection): boolean =>
      open === true || input.recorded[PREFIX + id] !== undefined;
    return { chosen: all.filter(isKnown), isAnswer: false };
  }
  const usable = all.filter(({ strategy = 'auth0' }) => !OTHERS.has(strategy));
  const used = usable.filter(
    ({ enabled_clients: clients, is_domain_connection: open }) => open || clients?.length !== 0,
  );
  const proposed = used.length > 0 ? used : usable;
  if (!io.interactive || all.length === 0) return { chosen: proposed, isAnswer: false };
  const picked = await io.ask.multiselect({
    message:
      'Which ways to sign in may MCP clients use? They are then offered to every third-party client of the tenant.',
    option: '--connection NAME',
    choices: all.map(({ id, name, strategy, is_domain_connection: open }) => ({
      value: id,
      label: name,
      hint: [strategy ?? '', open ? 'open already' : ''].filter(Boolean).join(', '),
    })),
    initial: proposed.map(({ id }) => id),
  });
  return { chosen: all.filter(({ id }) => picked.includes(id)), isAnswer: true };
}

function byName(name: string, all: LoginConnection[]): LoginConnection {
  const found = all.find((connection) => connection.name === name || connection.id === name);
  if (found) return found;
  throw new CliError(
    'invalid-option',
    `The tenant has no connection ${JSON.stringify(name)}.`,
    `Use --connection with one of ${all.map((connection) => connection.name).join(', ')}`,
  );
}

function stepFor({ id: ref, name, is_domain_connection: open = false }: LoginConnection): RemoteStep {
  const step = { id: PREFIX + ref, resource: `connection ${name}`, ref, reversible: true };
  if (open) return { ...step, verb: 'keep', summary: `connection ${name}, domain-level`, want: {} };
  return {
    ...step,
    verb: 'update',
    summary: `connection ${name}: domain-level, so that MCP clients can use it`,
    have: { is_domain_connection: false },
    want: { is_domain_connection: true },
    notice: 'A domain-level connection is offered to every third-party application of the tenant.',
  };
}

/** Opens a login method to third-party clients, and closes it again. */
export const connectionPart: Part = {
  async apply({ api }, { ref = '', resource }) {
    // Nothing else goes along: `options` would replace all options.
    await call(`change the ${resource}`, api.connections.update(ref, { is_domain_connection: true }));
    return { ref };
  },
  async revert(session, _id, { ref, before }) {
    const { api } = session;
    const found = (await readConnections(session)).find(({ id }) => id === ref);
    if (!found) return { outcome: 'gone', message: `Connection ${ref} is gone already.` };
    if (found.is_domain_connection && before?.['is_domain_connection'] === false) {
      await call(`restore the connection ${found.name}`, api.connections.update(ref, { is_domain_connection: false }));
    }
    return { outcome: 'restored', message: `Connection ${found.name} is as it was before.` };
  },
};
