import type { Warning } from '../../types.ts';
import { isRecord } from '../../is-record.ts';
import type { Part, Planned } from '../parts.ts';
import type { ProviderInput } from '../types.ts';
import { difference, itemsOf, putBack, type Values } from '../values.ts';
import { change, findByAppId, type Application } from './applications.ts';
import { canIdentify } from './facts.ts';
import { GraphError } from './refusal.ts';
import { planChange, serverOf, type Session } from './session.ts';

const ID = 'entra.identifiers';
const URI = 'identifierUris.';
/** The default identifier, whose id is known only once the application is made. */
const DEFAULT = 'api://{appId}';

/** `api://…`, and the URL of the server: clients name it as `resource`, and Entra compares that byte by byte. */
export function planIdentifiers({ resource }: ProviderInput, found: Application | undefined): Planned {
  const uris = [DEFAULT, ...(canIdentify(resource) ? [resource] : [])];
  const change = difference(valuesOf(found), itemsOf(URI, uris));
  const spoken = Object.keys(change?.want ?? {}).map((key) => real(key.slice(URI.length), found));
  const step = planChange(ID, 'identifier URIs', found, change, spoken.join(' '));
  const isNew = URI + resource in (change?.want ?? {});
  const notice = `Entra takes ${resource} only if its host belongs to a verified domain of the tenant.`;
  return { steps: [isNew ? { ...step, notice } : step], warnings: warningsFor(resource) };
}

function warningsFor(resource: string): Warning[] {
  if (!canIdentify(resource)) {
    return [
      {
        message: `Entra has no identifier for ${resource}, so clients that send it as "resource", as MCP wants, are refused there (AADSTS9010010).`,
        fix:
          'Run again with the public https URL as --resource once there is one; until then use --provider local, or a client ' +
          'that leaves "resource" out (npx mcp-remote URL --disable-resource-parameter).',
      },
    ];
  }
  if (new URL(resource).pathname !== '/') return [];
  return [
    {
      message: `Clients add a slash to ${resource}, and identifiers of Entra cannot end in one, so their logins fail (AADSTS9010010).`,
      fix: 'Serve MCP below a path, such as /mcp, and run again with that URL as --resource.',
    },
  ];
}

const real = (uri: string, app: Pick<Application, 'appId'> | undefined): string =>
  uri === DEFAULT && app ? `api://${app.appId}` : uri;

function valuesOf(app: Application | undefined): Values {
  return Object.fromEntries(
    (app?.identifierUris ?? []).map((uri) => [URI + (uri === real(DEFAULT, app) ? DEFAULT : uri), true]),
  );
}

/** Adds identifiers, and takes them away again. */
export const identifiersPart: Part<Session> = {
  prefix: ID,
  async apply(session, step) {
    const app = await serverOf(session, step);
    await write(session, app, step.want).catch(async (error: unknown) => {
      throw error instanceof GraphError ? await explained(session, error) : error;
    });
    return { ref: app.appId };
  },
  async revert(session, record) {
    const app = await findByAppId(session, record.ref);
    if (!app) return { outcome: 'gone', message: 'The identifier URIs are gone with their application.' };
    const { back } = putBack(valuesOf(app), record);
    if (Object.keys(back).length > 0) await write(session, app, back);
    return { outcome: 'restored', message: `The identifier URIs of ${app.displayName ?? app.appId} are as before.` };
  },
};

function write(session: Session, app: Application, values: Values): Promise<void> {
  const named = Object.entries(values).map(([key, value]) => ({ uri: real(key.slice(URI.length), app), value }));
  const others = (app.identifierUris ?? []).filter((uri) => !named.some((one) => one.uri === uri));
  const identifierUris = [...others, ...named.filter(({ value }) => value !== null).map(({ uri }) => uri)];
  return change(session, app, { identifierUris }, 'set the identifier URIs');
}

/** The two refusals that people meet, with the ways out. */
async function explained(session: Session, error: GraphError): Promise<GraphError> {
  const { message, codes, status } = error;
  const { resource } = session;
  if (codes.includes('HostNameNotOnVerifiedDomain') || /verified domain/i.test(message)) {
    const domains = await verifiedDomains(session);
    const have = domains.length > 0 ? ` (verified are: ${domains.join(', ')})` : '';
    return new GraphError(
      status,
      `Entra does not take ${resource} as identifier: ${new URL(resource).hostname} belongs to no verified domain of the tenant${have}. ` +
        'Without it, clients that send "resource" cannot log in.',
      'Add the domain in the Entra admin center (Settings, Domain names) and run again, or give the server a name in a ' +
        'verified domain and run again with that URL as --resource. Hosts such as azurewebsites.net can never be verified.',
      codes,
    );
  }
  if (codes.includes('ObjectConflict') || /already exists/i.test(message)) {
    return new GraphError(
      status,
      `Another application of the tenant has the identifier ${resource}.`,
      'Look under App registrations, All applications and Deleted applications (they keep it for 30 days), and delete the ' +
        'other one for good; then run again.',
      codes,
    );
  }
  return error;
}

/** For a message only, so whoever may not read them loses nothing. */
async function verifiedDomains({ api }: Session): Promise<string[]> {
  try {
    const [organization] = await api.list('/organization', 'read the domains of the tenant');
    const domains = organization?.['verifiedDomains'];
    return (Array.isArray(domains) ? domains : []).filter(isRecord).map(({ name }) => String(name));
  } catch {
    return [];
  }
}
