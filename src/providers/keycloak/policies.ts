import { isRecord } from '../../is-record.ts';
import { scopeCatalogue } from '../../scopes/catalogue.ts';
import type { RemoteStep, Warning } from '../../types.ts';
import type { ProviderInput } from '../types.ts';
import { difference, putBack, type Values } from '../values.ts';
import { BROWSER_CLIENTS, CLIENT_HOSTS } from './known-clients.ts';
import { restored, type Part, type Planned } from '../parts.ts';
import { ProviderError } from '../provider-error.ts';
import type { Session } from './session.ts';
import type { Realm } from './target.ts';

const PREFIX = 'keycloak.policy.';
const TYPE = 'org.keycloak.services.clientregistration.policy.ClientRegistrationPolicy';
const SENDER = 'host-sending-registration-request-must-match';
const URIS = 'client-uris-must-match';
const HOSTS = 'trusted-hosts';
const SCOPES = 'allowed-client-scopes';
const DEFAULTS_TOO = 'allow-default-scopes';
const ORIGINS = 'web-origins';
/** Settings that are lists; each item is a setting of its own here: `trusted-hosts.claude.ai`. */
const LISTS = [HOSTS, SCOPES, ORIGINS];

/** The policy that each kind of step changes. */
const STEPS: Record<string, string> = {
  'trusted-hosts': 'trusted-hosts',
  'allowed-scopes': 'allowed-client-templates',
  'web-origins': 'registration-web-origins',
};

/** A rule for clients that register themselves without a token (subType `anonymous`). */
export interface Policy {
  id: string;
  name?: string;
  providerId: string;
  config: Record<string, string[]>;
}

/** What a new realm has, by the versions that this was tried with: 26.4 and 26.7. */
const DEFAULTS: Record<string, Policy['config']> = {
  'trusted-hosts': { [SENDER]: ['true'], [URIS]: ['true'] },
  'allowed-client-templates': { [DEFAULTS_TOO]: ['true'] },
  'max-clients': { 'max-clients': ['200'] },
  'registration-web-origins': {},
};

/** The policies of a realm that is going to be made, as far as this version knows them. @throws ProviderError */
export async function policiesOfNewRealm({ api }: Session): Promise<Policy[]> {
  const info = await api.serverInfo();
  const types = isRecord(info) && isRecord(info['componentTypes']) ? info['componentTypes'][TYPE] : undefined;
  const known = (Array.isArray(types) ? types.filter(isRecord) : []).map(({ id }) => String(id));
  return Object.entries(DEFAULTS)
    .filter(([providerId]) => known.includes(providerId))
    .map(([providerId, config]) => ({ id: '', providerId, config }));
}

/** None where the realm is gone. @throws ProviderError */
export async function readPolicies({ api }: Session): Promise<Policy[]> {
  const answer = await api.find(`/components?type=${TYPE}`, 'read the client registration policies');
  const components = Array.isArray(answer) ? answer.filter(isRecord) : [];
  return components
    .filter(({ subType }) => subType === 'anonymous')
    .map((component) => ({ config: {}, ...component }) as unknown as Policy);
}

/** The smallest opening that lets MCP clients register. A policy that somebody has deleted stands in nobody's way. */
export function planPolicies(input: ProviderInput, realm: Realm, policies: readonly Policy[]): Planned {
  const find = (providerId: string): Policy | undefined => policies.find((one) => one.providerId === providerId);
  const planned = [
    planAllowedScopes(input, find('allowed-client-templates')),
    planOrigins(find('registration-web-origins')),
    // The door to the internet is opened last.
    planTrustedHosts(input, realm, find('trusted-hosts'), find('max-clients')),
  ];
  const warnings = planned.flatMap((part) => part.warnings);
  if (find('client-disabled')) warnings.push(DISABLED);
  return { steps: planned.flatMap((part) => part.steps), warnings };
}

const DISABLED: Warning = {
  message: 'The realm disables every client that registers itself, until an administrator enables it.',
  fix: 'Delete the policy Client Disabled (Clients, Client registration, Anonymous access policies), or enable each client.',
};

/** Optional scopes of the realm are allowed already, unless somebody has switched that off; `openid` never is. */
function planAllowedScopes({ scopes }: ProviderInput, policy: Policy | undefined): Planned {
  if (!policy) return NOTHING;
  const names = ['openid', ...(flag(policy, DEFAULTS_TOO) ? [] : ['offline_access', ...scopeCatalogue(scopes)])];
  const want = Object.fromEntries(names.map((name) => [`${SCOPES}.${name}`, true]));
  return planned(policy, 'allowed-scopes', 'policy Allowed Client Scopes', want, `allow ${names.join(' ')}`);
}

function planOrigins(policy: Policy | undefined): Planned {
  if (!policy) return NOTHING;
  const want = Object.fromEntries(BROWSER_CLIENTS.map((origin) => [`${ORIGINS}.${origin}`, true]));
  const summary = `let the MCP Inspector register from a page at ${BROWSER_CLIENTS.join(' ')}`;
  return planned(policy, 'web-origins', 'policy Allowed Registration Web Origins', want, summary);
}

/**
 * Whoever uses the server registers from a machine of their own, so the sender's host cannot be checked; where a client
 * may send its users stays limited to the hosts of known clients. Senders that somebody has listed stay the only ones.
 */
function planTrustedHosts(
  { wishes, recorded }: ProviderInput,
  realm: Realm,
  policy: Policy | undefined,
  limit: Policy | undefined,
): Planned {
  if (!policy) return NOTHING;
  const trusted = policy.config[HOSTS] ?? [];
  const isOurs = recorded[`${PREFIX}trusted-hosts`] !== undefined;
  const checksSender = flag(policy, SENDER);
  if (checksSender && trusted.length > 0 && !isOurs) return { steps: [], warnings: [limited(trusted)] };
  const hosts = [...CLIENT_HOSTS, ...wishes.callbacks.map(hostOf)].filter((host) => !isCovered(host, trusted));
  const want: Values = {
    ...(checksSender && { [SENDER]: 'false' }),
    ...(flag(policy, URIS) && Object.fromEntries(hosts.map((host) => [`${HOSTS}.${host}`, true]))),
  };
  const summary = checksSender
    ? 'open client registration, for redirects to this machine and to known MCP clients'
    : `trust ${hosts.join(' ')}`;
  const most = limit?.config['max-clients']?.[0];
  const notice =
    `Anybody on the internet can then register a client in realm ${realm.name} (POST ${realm.issuer}/clients-registrations/openid-connect)` +
    `${most === undefined ? '' : `, as long as the realm has fewer than ${most}`}. That alone gives no access: users still sign in and consent` +
    `${flag(policy, URIS) ? ', and are sent back to the trusted hosts only' : ''}.`;
  return planned(policy, 'trusted-hosts', 'policy Trusted Hosts', want, summary, notice);
}

const limited = (trusted: string[]): Warning => ({
  message: `Realm registers only clients that come from ${trusted.join(', ')}; add-auth leaves that as it is.`,
  fix: `To let MCP clients register from anywhere, switch off ${SENDER} in the policy Trusted Hosts, or register each client by hand.`,
});

const NOTHING: Planned = { steps: [], warnings: [] };

function planned(
  policy: Policy,
  id: string,
  resource: string,
  want: Values,
  summary: string,
  notice?: string,
): Planned {
  const step = { id: PREFIX + id, resource, ref: policy.id, reversible: true };
  const change = difference(valuesOf(policy), want);
  const planned: RemoteStep = change
    ? {
        ...step,
        verb: 'update',
        summary: `${resource}: ${summary}`,
        ...change,
        ...(notice !== undefined && { notice }),
      }
    : { ...step, verb: 'keep', summary: resource, want: {} };
  return { steps: [planned], warnings: [] };
}

/** `true` unless it is switched off: that is the default of all of them. */
const flag = ({ config }: Policy, name: string): boolean => config[name]?.[0] !== 'false';

/** `*.example.com` covers all hosts below. */
function isCovered(host: string, trusted: string[]): boolean {
  return trusted.some((one) => one === host || (one.startsWith('*.') && host.endsWith(one.slice(1))));
}

const hostOf = (url: string): string => new URL(url).hostname;

/** Single values by their name, items of lists each by its own. */
function valuesOf({ config }: Policy): Values {
  return Object.fromEntries(
    Object.entries(config).flatMap(([name, values]): [string, unknown][] =>
      LISTS.includes(name) ? values.map((value) => [`${name}.${value}`, true]) : [[name, values[0]]],
    ),
  );
}

/** Changes settings of a policy, and puts them back. */
export const policyPart: Part<Session> = {
  prefix: PREFIX,
  async apply(session, { id, ref = '', want }) {
    const policies = await readPolicies(session);
    // Of a realm that was made in this run the ids are known only now.
    const policy = policies.find((one) => (ref === '' ? one.providerId === providerOf(id) : one.id === ref));
    if (!policy)
      throw new ProviderError(404, `The ${id.slice(PREFIX.length)} policy is not there.`, 'Run add-auth again.');
    await write(session, policy, want);
    return { ref: policy.id };
  },
  async revert(session, record) {
    const policy = (await readPolicies(session)).find(({ id }) => id === record.ref);
    if (!policy) return { outcome: 'gone', message: 'A client registration policy is gone already.' };
    const { back, changed } = putBack(valuesOf(policy), record);
    if (Object.keys(back).length > 0) await write(session, policy, back);
    return restored(`The policy ${policy.name ?? policy.providerId}`, changed);
  },
};

const providerOf = (id: string): string | undefined => STEPS[id.slice(PREFIX.length)];

/** Sends the component as it is, with these settings changed: what is left out would be lost. */
async function write({ api }: Session, policy: Policy, values: Values): Promise<void> {
  const config: Record<string, string[]> = structuredClone(policy.config);
  for (const [name, value] of Object.entries(values)) {
    const list = LISTS.find((one) => name.startsWith(`${one}.`));
    if (list === undefined) config[name] = value === null ? [] : [String(value)];
    else {
      const item = name.slice(list.length + 1);
      const others = (config[list] ?? []).filter((one) => one !== item);
      config[list] = value === null ? others : [...others, item];
    }
  }
  const body = { ...policy, config };
  await api.send('PUT', `/components/${policy.id}`, body, `change the policy ${policy.name ?? policy.providerId}`);
}
