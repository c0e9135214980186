import { isLoopback } from '../../oauth/loopback.ts';
import type { AsEvidence, Evidence } from '../evidence.ts';
import type { Exchange } from '../gather/http.ts';
import { asDocument, asExchange, documentOf, isHtml, lineOf, prmDocument, strings, text } from '../metadata.ts';
import type { Run } from '../run-checks.ts';
import { fail, pass, warn, type Finding } from '../types.ts';
import { isCognito, isEntra } from '../vendors.ts';
import { SCHEMA } from './as-schema.ts';

const as = (evidence: Evidence): AsEvidence => evidence.as!;
const document = (evidence: Evidence): Record<string, unknown> => asDocument(as(evidence)) ?? {};

const reachable: Run = (evidence) => {
  const { documents, issuer } = as(evidence);
  const found = documents.find(({ status }) => status === 200);
  const seen = { requests: documents.map(lineOf) };
  // Clients go on to the next place after a 4xx only.
  const broken = documents.find(
    ({ status, problem }) => problem !== undefined || (status !== undefined && status >= 500),
  );
  if (found && (!broken || documents.indexOf(found) < documents.indexOf(broken))) return pass(`Found at ${found.url}.`);
  if (broken?.problem !== undefined) return notReached(issuer, broken);
  if (broken) {
    return fail(`The authorization server ${issuer} answers ${broken.status} when asked for its metadata.`, {
      evidence: seen,
      fix: 'Look into the log of the authorization server; if it has to wake up first, keep it awake.',
    });
  }
  const moved = documents.find(({ location }) => location !== undefined);
  return fail(`The authorization server ${issuer} publishes no metadata at any place where clients look.`, {
    evidence: { ...seen, ...(moved && { location: moved.location }) },
    fix: `Correct the issuer in authorization_servers (it often has a path: /realms/NAME, /oauth2/default), or publish metadata at ${documents[0]?.url ?? ''}`,
  });
};

function notReached(issuer: string, exchange: Exchange): Finding {
  const { host, hostname } = new URL(exchange.url);
  const why = exchange.detail ?? exchange.problem ?? '';
  const fixes: Record<string, string> = {
    refused: isLoopback(hostname)
      ? `Start the authorization server at ${host} (provider local: add-auth dev).`
      : `Start the authorization server at ${host}, or open its port.`,
    tls: `Repair the certificate of ${host} (expired, wrong name, or a chain that is not complete).`,
    timeout: `Look why ${host} does not answer in time; clients give up too.`,
    forbidden: `A server on the internet cannot send clients to ${host}: name the public address of the authorization server.`,
  };
  return fail(`The authorization server ${issuer} cannot be reached (${why}).`, {
    evidence: { request: lineOf(exchange) },
    fix: fixes[exchange.problem ?? ''] ?? `Check the issuer and the network to ${host}.`,
  });
}

const json: Run = (evidence) => {
  const exchange = as(evidence).documents.find(({ status }) => status === 200);
  // Clients stop at the first answer with 200, whatever it is.
  if (documentOf(exchange)) return pass('A JSON object.');
  return fail(
    `The metadata at ${exchange?.url} are ${exchange && isHtml(exchange) ? 'a web page' : 'no JSON object'}.`,
    {
      evidence: { request: exchange && lineOf(exchange), begins: exchange?.text.slice(0, 60) },
      fix: 'Let that path through to the authorization server; a web app or proxy answers it now. Paths that are not known must be 404.',
    },
  );
};

const issuer: Run = (evidence) => {
  const found = text(document(evidence), 'issuer');
  const asked = as(evidence).issuer;
  if (found === asked) return pass(asked);
  const how =
    found === undefined
      ? 'it names none'
      : found === `${asked}/` || asked === `${found}/`
        ? 'a slash at the end differs, and it counts'
        : URL.canParse(found) && URL.canParse(asked) && new URL(found).host === new URL(asked).host
          ? 'scheme or path differ'
          : 'the host differs';
  return fail(`The server names ${asked}, its metadata say ${found ?? 'nothing'}: ${how}.`, {
    evidence: { 'authorization_servers[0]': asked, issuer: found ?? null, url: asExchange(as(evidence))?.url },
    fix:
      found === undefined
        ? 'Let the authorization server name its issuer in its metadata.'
        : `Set authorization_servers (add-auth: MCP_AUTH_ISSUER) to ${JSON.stringify(found)}, byte for byte; if that is not your authorization server, correct the issuer there.`,
  });
};

/** Known to take PKCE all the same. */
const unadvertisedPkce = (vendor: string): Finding =>
  warn(`${vendor} takes PKCE and does not say so in its metadata; ChatGPT and the C# SDK refuse it for that.`, {
    fix: `For such clients put an authorization server in between that federates with ${vendor} (Auth0, Keycloak), and use that as issuer.`,
  });

const pkce: Run = (evidence) => {
  const methods = document(evidence)['code_challenge_methods_supported'];
  const fix =
    'Enable PKCE with S256 and publish "code_challenge_methods_supported": ["S256"] (or serve the metadata through a proxy that adds it).';
  if (methods === undefined) {
    const issuer = as(evidence).issuer;
    if (isEntra(issuer) || isCognito(issuer)) return unadvertisedPkce(isEntra(issuer) ? 'Entra' : 'Cognito');
    return fail('The metadata do not offer PKCE; ChatGPT and the C# SDK refuse such a server, and so must others.', {
      evidence: { url: asExchange(as(evidence))?.url },
      fix,
    });
  }
  const offered = strings(methods);
  if (offered.includes('S256')) return pass(offered.join(' '));
  return fail(`PKCE is offered with ${offered.join(', ') || 'no method'} only; clients need S256.`, {
    evidence: { code_challenge_methods_supported: offered },
    fix,
  });
};

const grants: Run = (evidence) => {
  const listed = document(evidence)['grant_types_supported'];
  // RFC 8414 §2: left out, it means authorization_code and implicit.
  if (listed === undefined) return pass('It lists none, which means authorization_code.');
  const offered = strings(listed);
  if (!offered.includes('authorization_code')) {
    return fail('The authorization code grant is not offered, and clients know no other.', {
      evidence: { grant_types_supported: offered },
      fix: 'Enable the authorization code flow for the clients.',
    });
  }
  if (!offered.includes('refresh_token')) {
    return warn('Refresh tokens are not offered: users have to log in again whenever a token ends.', {
      evidence: { grant_types_supported: offered },
      fix: 'Enable the refresh token grant (and offline_access) at the authorization server.',
    });
  }
  return pass(offered.join(' '));
};

/** Its endpoints are the same in every realm, behind any host name. */
function isKeycloak(metadata: Record<string, unknown>): boolean {
  return text(metadata, 'token_endpoint')?.endsWith('/protocol/openid-connect/token') === true;
}

const authMethods: Run = (evidence) => {
  const listed = document(evidence)['token_endpoint_auth_methods_supported'];
  // RFC 8414 §2: left out, it means client_secret_basic.
  const offered = listed === undefined ? ['client_secret_basic'] : strings(listed);
  if (offered.includes('none')) return pass(offered.join(' '));
  const { issuer } = as(evidence);
  if (isKeycloak(document(evidence)) || isEntra(issuer) || isCognito(issuer))
    return pass('It accepts public clients without saying so.');
  return warn(
    `Clients without a secret are not accepted (${offered.join(', ')}${listed === undefined ? ' by default' : ''}); Claude and others that have none cannot log in.`,
    {
      evidence: { token_endpoint_auth_methods_supported: offered },
      fix: 'Allow public clients and add "none" to token_endpoint_auth_methods_supported.',
    },
  );
};

const issParam: Run = (evidence) =>
  document(evidence)['authorization_response_iss_parameter_supported'] === true
    ? pass('Advertised.')
    : pass('Not advertised, which is allowed.');

const endpoints: Run = (evidence) => {
  const found = document(evidence);
  for (const name of ['authorization_endpoint', 'token_endpoint', 'registration_endpoint']) {
    const value = text(found, name);
    if (value === undefined) continue;
    if (!URL.canParse(value)) return broken(name, value, 'is no URL', `Write ${name} as an absolute https URL.`);
    const { protocol, hostname } = new URL(value);
    if (protocol === 'http:' && !isLoopback(hostname)) {
      return broken(
        name,
        value,
        'is plain http',
        `Publish ${value.replace('http:', 'https:')}; behind a proxy set the public URL of the authorization server.`,
      );
    }
  }
  const { authorizationEndpoint, tokenEndpoint } = as(evidence);
  for (const [name, exchange] of [
    ['authorization_endpoint', authorizationEndpoint],
    ['token_endpoint', tokenEndpoint?.none],
  ] as const) {
    if (!exchange) continue;
    const isDead = exchange.problem !== undefined || exchange.status === 404 || exchange.status === 410;
    const isUnknownClient =
      name === 'token_endpoint' && exchange.status === 404 && text(exchange.json as never, 'error') !== undefined;
    if (isDead && !isUnknownClient) {
      return fail(
        `${name} of the metadata does not exist (${exchange.status ?? exchange.detail ?? exchange.problem}).`,
        {
          evidence: { request: lineOf(exchange) },
          fix: `Correct the base URL of the authorization server: ${exchange.url} must answer.`,
        },
      );
    }
  }
  return pass('They answer.');
};

const broken = (name: string, value: string, what: string, fix: string): Finding =>
  fail(`${name} ${what}: ${value}`, { evidence: { [name]: value }, fix });

/** Scopes of OpenID Connect say nothing about whether a server lists those of its APIs. */
const OPENID = ['openid', 'profile', 'email', 'address', 'phone', 'offline_access', 'groups', 'roles'];

const scopes: Run = (evidence) => {
  const listed = document(evidence)['scopes_supported'];
  const wanted = strings((evidence.live && prmDocument(evidence.live.prm))?.['scopes_supported']);
  if (Array.isArray(listed) && listed.length === 0) {
    return warn('scopes_supported is an empty list; some clients then ask for openid, email and profile.', {
      evidence: { scopes_supported: [] },
      fix: 'List the scopes, or leave scopes_supported out.',
    });
  }
  const known = strings(listed);
  const missing = wanted.filter((name) => !known.includes(name) && !OPENID.includes(name));
  const listsOwn = known.some((name) => !OPENID.includes(name));
  if (missing.length === 0 || !listsOwn)
    return pass(listsOwn ? 'It knows them.' : 'It does not list the scopes of its APIs.');
  const finding = {
    evidence: { missing, 'of the server': wanted, 'of the authorization server': known },
    fix: `Create ${missing.join(', ')} at the authorization server and allow them for clients, or take them out of the scope list of the server.`,
  };
  const message = `The authorization server does not know ${missing.join(', ')}; a client that asks for what the server lists gets invalid_scope.`;
  return wanted.some((name) => known.includes(name)) ? fail(message, finding) : warn(message, finding);
};

export const AS = {
  'as.reachable': reachable,
  'as.json': json,
  'as.schema': SCHEMA,
  'as.issuer': issuer,
  'as.pkce': pkce,
  'as.grants': grants,
  'as.auth-methods': authMethods,
  'as.iss-param': issParam,
  'as.endpoints': endpoints,
  'as.scopes': scopes,
} satisfies Record<string, Run>;
