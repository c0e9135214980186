import { isRecord } from '../../is-record.ts';
import type { Evidence } from '../evidence.ts';
import { asDocument, asExchange, isHtml, lineOf, registrationEndpoint, text } from '../metadata.ts';
import { clientRules } from '../profiles/rules.ts';
import type { Run } from '../run-checks.ts';
import { fail, pass, skip, warn } from '../types.ts';

const canRegister = (evidence: Evidence): boolean => registrationEndpoint(asDocument(evidence.as)) !== undefined;
const takesDocuments = (evidence: Evidence): boolean =>
  asDocument(evidence.as)?.['client_id_metadata_document_supported'] === true;

const method: Run = (evidence) => {
  const ways = [
    ...(takesDocuments(evidence) ? ['client-ID metadata documents'] : []),
    ...(canRegister(evidence) ? ['dynamic registration'] : []),
  ];
  const { client } = evidence.options;
  const knows = client === undefined ? ['cimd', 'dcr'] : clientRules(client).registration;
  const isEnough =
    (takesDocuments(evidence) && knows.includes('cimd')) || (canRegister(evidence) && knows.includes('dcr'));
  if (isEnough) return pass(ways.join(' and '));
  const made = clientsMade(evidence);
  if (made.length > 0) {
    return warn('No client can register; those that add-auth has made there have to be typed in.', {
      evidence: { clients: made },
      fix: `Give people the client id for their MCP client: ${made.join(', ')}.`,
    });
  }
  const who = client === undefined ? 'clients' : clientRules(client).name;
  return fail(
    ways.length === 0
      ? `The authorization server lets nobody register; ${who} stop with "does not support dynamic client registration".`
      : `The authorization server offers ${ways.join(' and ')} only, which ${who} does not use.`,
    {
      evidence: {
        url: asExchange(evidence.as)?.url,
        registration_endpoint: text(asDocument(evidence.as), 'registration_endpoint') ?? null,
        client_id_metadata_document_supported: takesDocuments(evidence),
      },
      fix: registrationFix(evidence.as?.issuer ?? ''),
    },
  );
};

/** Clients that the project has at an authorization server at which none can register: their ids, and what each is for. */
function clientsMade({ project }: Evidence): string[] {
  const records = Object.entries(project?.record?.remote ?? {});
  return records.flatMap(([id, { ref }]) => {
    // Some ids have the server that the client is for behind its name.
    const found = /\.client(?:\.([^.]+).*)?$/.exec(id);
    return found ? [found[1] === undefined ? ref : `${found[1]} ${ref}`] : [];
  });
}

/** Where the switch is, by vendor; some have none. */
const SWITCHES: [mark: string, fix: string][] = [
  [
    'auth0.com',
    'Auth0: Dashboard > Settings > Advanced > switch on "OIDC Dynamic Application Registration", and promote a connection to domain level (add-auth --provider auth0 does both).',
  ],
  [
    'supabase.co',
    'Supabase: Authentication > OAuth Server > allow dynamic OAuth apps (add-auth --provider supabase does it).',
  ],
  ['/realms/', 'Keycloak: Clients > Client registration > Anonymous access policies: allow the hosts of the clients.'],
  [
    '.microsoftonline.',
    'Entra has no registration for clients: make an app registration with their redirect URIs, and give users its client id (add-auth --provider entra does it).',
  ],
  [
    'okta',
    'Okta registers clients for administrators only, whatever its metadata say: make an application for each client, with its redirect URIs, and give users its client id (add-auth --provider okta does it).',
  ],
  [
    'cognito-idp',
    'Cognito: make an app client for each (App clients > callback URL of that client), and give users its client id (add-auth --provider cognito does it); or switch on dynamic client registration of the user pool (Essentials or Plus).',
  ],
  [
    'accounts.google.com',
    'Google has no registration for clients: make an OAuth client for each, or put an authorization server in front that has one.',
  ],
];
const GENERAL =
  'Enable dynamic client registration or client-ID metadata documents there; or register each client by hand and give users its client id (Claude: Advanced settings; VS Code and Cursor ask for it).';

const registrationFix = (issuer: string): string => SWITCHES.find(([mark]) => issuer.includes(mark))?.[1] ?? GENERAL;

const dcr: Run = (evidence) => {
  const first = evidence.registration?.attempts[0];
  if (!first) return skip('There is no registration endpoint.');
  const { exchange } = first;
  if (exchange.status !== undefined && exchange.status < 300) return pass(`Registered as ${first.client}.`);
  const seen = { request: lineOf(exchange), body: exchange.text.slice(0, 300) };
  const says = describe(exchange.json) || exchange.text.slice(0, 120).trim();
  // One bad redirect URI is the business of reg.redirects; the loopback client has a plain one.
  if (/trusted hosts|policy/i.test(exchange.text)) {
    return fail(`A policy of the authorization server refuses registrations: ${says}`, {
      evidence: seen,
      fix: 'Keycloak: Clients > Client registration > Anonymous access policies: remove "Trusted Hosts", or add the hosts and redirect hosts of the clients to it.',
    });
  }
  if (isHtml(exchange) || (exchange.status === 403 && !isRecord(exchange.json))) {
    return fail(`Something in front of the registration endpoint refuses it (${exchange.status}).`, {
      evidence: seen,
      fix: 'Exempt the registration endpoint from bot protection, CSRF checks and logins.',
    });
  }
  if (exchange.status === 401) {
    return fail('The registration endpoint asks for a token; clients have none yet.', {
      evidence: seen,
      fix: 'Allow anonymous (open) dynamic client registration.',
    });
  }
  return fail(`A registration is refused (${exchange.status ?? exchange.problem}): ${says}`, {
    evidence: seen,
    fix: 'Accept a public client: token_endpoint_auth_method "none", authorization_code and refresh_token, a loopback redirect URI.',
  });
};

const redirects: Run = ({ registration }) => {
  const others = registration?.attempts.slice(1) ?? [];
  const refused = others.filter(({ exchange }) => exchange.status !== undefined && exchange.status >= 300);
  if (others.length === 0) return skip('No other set of redirect URIs was tried.');
  if (refused.length === 0) return pass(`Accepted for ${others.map(({ client }) => client).join(', ')}.`);
  const [first] = refused as [(typeof refused)[number]];
  const says = describe(first.exchange.json) || first.exchange.text.slice(0, 120).trim();
  // RFC 8252 §7.1 wants a domain name in a scheme, which Cursor's has not: a server may refuse it and be sound. Who
  // asks for Cursor (--client) is told that it fails.
  const verdict = refused.every(({ redirectUris }) => redirectUris.some(isShortScheme)) ? warn : fail;
  return verdict(`The registration of ${refused.map(({ client }) => client).join(', ')} is refused: ${says}`, {
    evidence: Object.fromEntries(
      refused.map(({ client, redirectUris, authMethod, exchange }) => [
        client,
        { redirect_uris: redirectUris, token_endpoint_auth_method: authMethod, answer: lineOf(exchange) },
      ]),
    ),
    fix: `Accept these redirect URIs (RFC 8252 §7.1 allows schemes of the app's own) and the authentication method ${first.authMethod}: ${first.redirectUris.join(' ')}`,
  });
};

/** A scheme of an app's own that is not a domain name turned round, like `com.example.app`. */
const isShortScheme = (uri: string): boolean => {
  const { protocol } = new URL(uri);
  return protocol !== 'http:' && protocol !== 'https:' && !protocol.includes('.');
};

const describe = (json: unknown): string =>
  isRecord(json)
    ? [json['error'], json['error_description'] ?? json['message']]
        .filter((part) => typeof part === 'string')
        .join(': ')
    : '';

const response: Run = ({ registration }) => {
  const first = registration?.attempts[0];
  if (!first) return skip('There is no registration endpoint.');
  const { exchange } = first;
  const answer = isRecord(exchange.json) ? exchange.json : {};
  const nulls = Object.entries(answer).flatMap(([name, value]) => (value === null ? [`"${name}" is null`] : []));
  const hasSecretMethod = String(answer['token_endpoint_auth_method'] ?? 'none').startsWith('client_secret');
  const problems = [
    ...(typeof answer['client_id'] === 'string' && answer['client_id'] !== '' ? [] : ['no "client_id"']),
    ...(Array.isArray(answer['redirect_uris']) ? [] : ['no "redirect_uris"']),
    ...(hasSecretMethod && typeof answer['client_secret'] !== 'string'
      ? ['a method with a secret, and no "client_secret"']
      : []),
    ...nulls,
  ];
  const seen = { request: lineOf(exchange), members: Object.keys(answer) };
  if (problems.length > 0) {
    return fail(`The answer to a registration has ${problems.join(', ')}; clients refuse it.`, {
      evidence: seen,
      fix: 'Answer 201 with client_id and all registered values; leave out what has no value (RFC 7591 §3.2.1).',
    });
  }
  if (exchange.status !== 201) {
    return warn(`A registration is answered with ${exchange.status} instead of 201.`, {
      evidence: seen,
      fix: 'Answer with 201 Created (RFC 7591 §3.2.1).',
    });
  }
  return pass('201 with a client id.');
};

const cimd: Run = (evidence) =>
  takesDocuments(evidence)
    ? pass('Advertised. Whether it can fetch the documents of clients shows only at a login.')
    : skip('Not offered, which is allowed.');

const fixed: Run = (evidence) =>
  canRegister(evidence) || takesDocuments(evidence)
    ? skip('Not needed: clients can register.')
    : skip('Client ids that were handed out by hand are in the settings of the clients, not here.');

export const REG = {
  'reg.method': method,
  'reg.dcr': dcr,
  'reg.redirects': redirects,
  'reg.response': response,
  'reg.cimd': cimd,
  'reg.static': fixed,
} satisfies Record<string, Run>;
