import type { Evidence } from '../evidence.ts';
import { CHECK_IDS, groupOf, type CheckId } from '../ids.ts';
import { CLIENTS, type Client } from '../profiles/clients.ts';
import { clientRules } from '../profiles/rules.ts';
import type { Run } from '../run-checks.ts';
import { fail, pass, skip, type Earlier } from '../types.ts';
import { hostedProblem } from './net.ts';
import { asDocument, registrationEndpoint } from '../metadata.ts';

/** Every group that has to do with connecting; a token and the project are not the client's business. */
const GROUPS = ['net', 'mcp', 'ch', 'prm', 'as', 'jwks', 'reg', 'authz', 'tokep', 'rs', 'cors'];
const RELEVANT = CHECK_IDS.filter((id) => GROUPS.includes(groupOf(id)));

/** What the rules of one client make of everything that was found. */
const profile =
  (client: Client): Run =>
  (evidence, earlier) => {
    const isAsked = evidence.options.client === client;
    const rules = clientRules(client);
    const own = hostedProblem(evidence, client) ?? registrationProblem(evidence, client);
    if (own !== undefined && isAsked)
      return fail(`${own}.`, { evidence: { source: rules.source }, fix: fixFor(client) });
    if (own !== undefined) return skip(`${own}.`);
    const blocker = blockerFor(client, earlier, isAsked);
    if (blocker) return skip(`Waits for ${blocker}.`, blocker);
    const remarks = RELEVANT.filter((id) => earlier.of(id)?.status === 'warn' && rules.refuses.includes(id));
    if (remarks.length > 0) return skip(`Not as it is: ${remarks.join(', ')}.`);
    return pass('Nothing stands in the way that can be seen from here.');
  };

function blockerFor(client: Client, earlier: Earlier, isAsked: boolean): CheckId | undefined {
  const { forgives } = clientRules(client);
  const failed = RELEVANT.filter((id) => earlier.failed(id));
  // When the client was asked for, what it forgives is a warning already.
  return failed.find((id) => isAsked || !forgives.includes(id));
}

/** Ways to an identity that the server offers and the client does not use. */
function registrationProblem(evidence: Evidence, client: Client): string | undefined {
  const metadata = asDocument(evidence.as);
  if (!metadata || evidence.options.client === client) return undefined;
  const { registration, name } = clientRules(client);
  const canRegister = registrationEndpoint(metadata) !== undefined && registration.includes('dcr');
  const takesDocuments = metadata['client_id_metadata_document_supported'] === true && registration.includes('cimd');
  return canRegister || takesDocuments ? undefined : `${name} needs a client id that was registered by hand`;
}

const fixFor = (client: Client): string =>
  `Deploy the server under https:// on port 443 with a public address, set its public URL to it (add-auth --resource https://your-host/mcp), and check that URL with --client ${client}`;

const cache: Run = ({ options }) =>
  skip(
    options.client === 'mcp-remote'
      ? 'Not checked: mcp-remote keeps old logins in ~/.mcp-auth; if it says "Already attempted reconnection", remove them.'
      : 'Not checked: what clients remember is on the machines of their users.',
  );

const config: Run = () => skip('Not checked: the settings of clients are on the machines of their users.');

export const CLIENT = {
  'client.cache': cache,
  'client.config': config,
};

export const PROFILES = Object.fromEntries(CLIENTS.map((client) => [`profile.${client}`, profile(client)])) as Record<
  `profile.${Client}`,
  Run
>;
