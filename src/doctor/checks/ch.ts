import { isRecord } from '../../is-record.ts';
import { isLoopback } from '../../oauth/loopback.ts';
import { commandOf } from '../at-rest.ts';
import { parseChallenges } from '../challenge.ts';
import type { Evidence, LiveEvidence } from '../evidence.ts';
import type { Exchange } from '../gather/http.ts';
import { STRANGER_HOST } from '../gather/mcp-probes.ts';
import { metadataPlaces, refusalOf } from '../gather/prm.ts';
import { documentOf, lineOf, prmDocument, text } from '../metadata.ts';
import type { Run } from '../run-checks.ts';
import { fail, pass, skip, warn, type Finding } from '../types.ts';

const RATE_LIMIT = 'Not checked: the server limits requests (429). Try again later.';
const live = (evidence: Evidence): LiveEvidence => evidence.live!;
/** The 401 to a request without token; of a server whose discovery is open, that to a bad token. */
const refusal = ({ mcp }: LiveEvidence): Exchange => refusalOf(mcp) ?? mcp.garbage ?? mcp.initialize;
const headerOf = (exchange: Exchange | undefined): string => exchange?.headers['www-authenticate'] ?? '';
const wanted = (evidence: LiveEvidence): string =>
  `WWW-Authenticate: Bearer resource_metadata="${metadataPlaces(evidence.url).path}"`;
const hasResult = (exchange: Exchange | undefined): boolean =>
  exchange?.status === 200 && isRecord(exchange.json) && 'result' in exchange.json;
const hasError = (exchange: Exchange | undefined): boolean =>
  exchange?.status === 200 && isRecord(exchange.json) && 'error' in exchange.json;

const status: Run = (evidence, earlier) => {
  const { initialize, list, call, garbage } = live(evidence).mcp;
  if (initialize.status === 401) {
    const open = [list, call].find((exchange) => exchange?.status === 200);
    return open ? halfOpen(live(evidence), open) : pass('401, as it should be.');
  }
  if (initialize.status !== 200) return wrongStatus(live(evidence), initialize);
  if (hasError(initialize)) {
    return fail('A request without token gets 200 with a JSON-RPC error; clients start a login only at 401.', {
      evidence: { request: lineOf(initialize), body: initialize.text.slice(0, 200) },
      fix: `Answer before the JSON-RPC layer with status 401 and ${wanted(live(evidence))}`,
    });
  }
  if (list?.status === 401) {
    return warn(
      'initialize is served without a token, tools/list asks for one: some clients then show "connected, 0 tools".',
      {
        evidence: { initialize: lineOf(initialize), list: lineOf(list) },
        fix: 'Put the gate before the whole endpoint, so that initialize is answered with 401 too.',
      },
    );
  }
  if (hasResult(list) && call?.status === 401) return pass('Discovery is open, tools ask for a token.');
  if (hasResult(list) && garbage?.status === 401 && prmDocument(live(evidence).prm)) {
    return pass('Discovery is open; a bad token is refused.');
  }
  if (earlier.of('src.middleware-order')?.status === 'pass') return outdated(evidence);
  return fail('The server asks nobody for a token: every tool is open to everybody.', {
    evidence: { initialize: lineOf(initialize), ...(list && { list: lineOf(list) }) },
    fix: 'Protect it: run add-auth in its directory. If it was protected, mount the gate before the MCP routes.',
  });
};

/** The source has a gate and the program that runs has none: it was started, or built, before. */
function outdated({ live: asked, project, start }: Evidence): Finding {
  const { url, mcp } = asked!;
  const isHere = isLoopback(new URL(url).hostname);
  const command = start ? `: ${commandOf(start, project?.record?.provider === 'local')}` : '.';
  return fail(
    `The source asks for a token, the server at ${url} does not: what runs was built or started before, and every tool is open.`,
    {
      evidence: { initialize: lineOf(mcp.initialize), ...(mcp.list && { list: lineOf(mcp.list) }) },
      fix: isHere
        ? `Stop what runs at ${new URL(url).host}, rebuild the server and start it again${command}`
        : 'Rebuild the server, deploy it and restart it.',
    },
  );
}

function halfOpen(evidence: LiveEvidence, open: Exchange): Finding {
  const method = open.body?.includes('tools/call') ? 'tools/call' : 'tools/list';
  return fail(
    `initialize asks for a token, ${method} is served without one: whoever leaves out the first step is in.`,
    {
      evidence: { initialize: lineOf(evidence.mcp.initialize), [method]: lineOf(open) },
      fix: 'Put the gate before the whole endpoint: a token is needed with every request (OAuth 2.1 §5.2), not once per session.',
    },
  );
}

function wrongStatus(evidence: LiveEvidence, exchange: Exchange): Finding {
  const { location } = exchange;
  const to = location === undefined ? '' : ` to ${location}`;
  return fail(`A request without token is answered with ${exchange.status}${to}; clients start a login only at 401.`, {
    evidence: { request: lineOf(exchange), body: exchange.text.slice(0, 200) },
    fix:
      location === undefined
        ? `Answer with status 401 and ${wanted(evidence)}`
        : `Take the MCP path out of the login middleware for web pages, and answer with 401 and ${wanted(evidence)}`,
  });
}

const header: Run = (evidence) => {
  const exchange = refusal(live(evidence));
  if (headerOf(exchange) !== '') return pass(headerOf(exchange));
  const renamed = Object.keys(exchange.headers).find((name) => name.endsWith('remapped-www-authenticate'));
  if (renamed !== undefined) {
    return fail(`A gateway has renamed WWW-Authenticate to ${renamed}, where no client looks.`, {
      evidence: { request: lineOf(exchange), [renamed]: exchange.headers[renamed] },
      fix: 'Put the header back in front of API Gateway (a CloudFront function), or use a Lambda function URL.',
    });
  }
  return fail('The 401 has no WWW-Authenticate header, so clients do not learn where to log in.', {
    evidence: { request: lineOf(exchange), headers: Object.keys(exchange.headers) },
    fix: `Send with every 401: ${wanted(live(evidence))}`,
  });
};

const scheme: Run = (evidence) => {
  const value = headerOf(refusal(live(evidence)));
  const challenges = parseChallenges(value);
  const first = challenges[0]?.scheme ?? '';
  if (first.toLowerCase() === 'bearer') return pass('Bearer comes first.');
  const hasBearer = challenges.some((each) => each.scheme.toLowerCase() === 'bearer');
  return fail(
    hasBearer
      ? `The challenge begins with ${first}; SDK clients read it only when Bearer comes first.`
      : `The challenge is ${first || 'empty'}, not Bearer.`,
    { evidence: { 'www-authenticate': value }, fix: `Send Bearer first: ${wanted(live(evidence))}` },
  );
};

const resourceMetadata: Run = (evidence) => {
  const { url, prm, mcp } = live(evidence);
  const parameter = bearerOf(refusal(live(evidence)))?.['resource_metadata'];
  const seen = { 'www-authenticate': headerOf(refusal(live(evidence))) };
  const fix = `Send ${wanted(live(evidence))}`;
  if (!parameter)
    return warn('The challenge does not name the metadata; clients have to guess where they are.', {
      evidence: seen,
      fix,
    });
  const { value, isQuoted } = parameter;
  if (!URL.canParse(value)) {
    return fail(`resource_metadata is not an absolute URL (${value || 'empty'}); clients pass it over.`, {
      evidence: seen,
      fix,
    });
  }
  const there = new URL(value);
  const here = new URL(url);
  if (headerOf(mcp.forwarded).includes(STRANGER_HOST)) {
    return fail(
      'resource_metadata is built from X-Forwarded-Host, which any client can set: it can lead users astray.',
      {
        evidence: { sent: `X-Forwarded-Host: ${STRANGER_HOST}`, 'www-authenticate': headerOf(mcp.forwarded) },
        fix: `Build it from one fixed public URL: ${wanted(live(evidence))}`,
      },
    );
  }
  if (there.origin !== here.origin) return elsewhere(live(evidence), there, seen, fix);
  const named = value === prm.root?.url ? prm.root : value === prm.path?.url ? prm.path : prm.header;
  const other = [prm.path, prm.root].find((exchange) => documentOf(exchange));
  if (named && !documentOf(named) && other) {
    return fail(
      `The challenge points to ${value} (${named.status ?? named.problem}); the metadata are at ${other.url}.`,
      {
        evidence: { ...seen, request: lineOf(named) },
        fix: `Send WWW-Authenticate: Bearer resource_metadata="${other.url}"`,
      },
    );
  }
  if (!isQuoted)
    return warn('resource_metadata stands without quotes, which Gemini CLI cannot read.', { evidence: seen, fix });
  return pass(value);
};

/** The challenge leads to another host: a base URL of another deployment, or one built from the wrong parts. */
function elsewhere(evidence: LiveEvidence, there: URL, seen: Record<string, string>, fix: string): Finding {
  const { url, prm } = evidence;
  const resource = text(prmDocument(prm), 'resource');
  if (text(documentOf(prm.header), 'resource') === url) return pass(there.href);
  if (resource !== undefined && URL.canParse(resource) && new URL(resource).origin === there.origin) {
    return skip('Follows from the same wrong base URL.', 'prm.resource');
  }
  return fail(`The challenge leads to ${there.origin}, the server is at ${new URL(url).origin}.`, {
    evidence: seen,
    fix: `${fix} (the base URL of this deployment is set wrong).`,
  });
}

const bearerOf = (exchange: Exchange) =>
  parseChallenges(headerOf(exchange)).find((each) => each.scheme.toLowerCase() === 'bearer')?.parameters;

const scope: Run = (evidence) => {
  const value = bearerOf(refusal(live(evidence)))?.['scope']?.value;
  if (value === undefined) return pass('It names none; clients take those of the metadata.');
  const scopes = value.split(' ');
  if (scopes.includes('offline_access')) {
    return warn('The challenge asks for offline_access, which is the business of the client.', {
      evidence: { scope: value },
      fix: `Leave it out: scope="${scopes.filter((name) => name !== 'offline_access').join(' ')}"`,
    });
  }
  if (value.trim() === '' || scopes.some((name) => name === '' || name.includes(','))) {
    return warn('The scopes in the challenge are not a list with single spaces.', {
      evidence: { scope: value },
      fix: `Write scope="${value
        .split(/[\s,]+/)
        .filter(Boolean)
        .join(' ')}"`,
    });
  }
  return pass(value);
};

const invalidToken: Run = (evidence) => {
  const { garbage } = live(evidence).mcp;
  if (garbage?.status === undefined) return skip('The server did not answer a bad token.');
  if (garbage.status === 429) return skip(RATE_LIMIT);
  const seen = { request: lineOf(garbage), 'www-authenticate': headerOf(garbage) };
  const fix = `Answer a bad token like a missing one: 401 with ${wanted(live(evidence))}, error="invalid_token"`;
  if (garbage.status !== 401) {
    return fail(`A bad token is answered with ${garbage.status}; clients log in again only at 401.`, {
      evidence: seen,
      fix,
    });
  }
  const parameters = bearerOf(garbage);
  if (!parameters) {
    return fail('The 401 to a bad token has no challenge, so clients with an expired token are stuck.', {
      evidence: seen,
      fix,
    });
  }
  const first = bearerOf(refusal(live(evidence)));
  if (first?.['resource_metadata'] && !parameters['resource_metadata']) {
    return warn('The challenge to a bad token does not name the metadata.', { evidence: seen, fix });
  }
  if (parameters['error']?.value !== 'invalid_token') {
    return warn('The challenge to a bad token does not say error="invalid_token".', { evidence: seen, fix });
  }
  return pass('401 with error="invalid_token".');
};

export const CH = {
  'ch.status': status,
  'ch.header': header,
  'ch.scheme': scheme,
  'ch.resource-metadata': resourceMetadata,
  'ch.scope': scope,
  'ch.invalid-token': invalidToken,
} satisfies Record<string, Run>;
