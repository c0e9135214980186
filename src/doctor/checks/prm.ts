import { isLoopback } from '../../oauth/loopback.ts';
import { issuerOfMetadataUrl } from '../../oauth/well-known.ts';
import type { Evidence, LiveEvidence } from '../evidence.ts';
import type { Exchange } from '../gather/http.ts';
import { asDocument, documentOf, isHtml, lineOf, prmDocument, prmExchange, strings, text } from '../metadata.ts';
import { clientRules } from '../profiles/rules.ts';
import type { Run } from '../run-checks.ts';
import { fail, pass, warn } from '../types.ts';

const live = (evidence: Evidence): LiveEvidence => evidence.live!;
const candidates = ({ prm }: LiveEvidence): Exchange[] =>
  [prm.header, prm.path, prm.root].filter(
    (each, index, all): each is Exchange => !!each && all.indexOf(each) === index,
  );
const document = (evidence: Evidence): Record<string, unknown> => prmDocument(live(evidence).prm) ?? {};
const place = (evidence: Evidence): string => prmExchange(live(evidence).prm)?.url ?? '';

const reachable: Run = (evidence) => {
  const tried = candidates(live(evidence));
  const found = tried.find(({ status }) => status === 200);
  if (found) return pass(`Found at ${found.url}.`);
  const { prm, url } = live(evidence);
  const seen = { requests: tried.map(lineOf), ...(prm.fallback && { fallback: lineOf(prm.fallback) }) };
  const first = tried[0];
  const behindGate = tried.find(({ status }) => status === 401 || status === 403);
  if (behindGate) {
    const server = behindGate.headers['server'];
    return fail(
      `The metadata at ${behindGate.url} are answered with ${behindGate.status}: whoever has no token cannot learn where to get one.`,
      {
        evidence: { ...seen, ...(server && { server }) },
        fix:
          behindGate.status === 401
            ? 'Exempt /.well-known/* from the guard, or register the metadata route before it.'
            : 'Allow /.well-known/* at the web server or host (some block it, or keep it for certificates).',
      },
    );
  }
  if (documentOf(prm.appended)) {
    return fail(
      `The metadata are at ${prm.appended?.url}, where no client looks: the MCP app is mounted under a prefix with its routes.`,
      {
        evidence: seen,
        fix: `Serve the same document at ${prm.path?.url ?? ''} (RFC 9728 §3.1 puts the path behind the well-known part).`,
      },
    );
  }
  const server = tried.find(({ status }) => status !== undefined && status >= 500);
  if (server) {
    return fail(`The metadata at ${server.url} are answered with ${server.status}.`, {
      evidence: seen,
      fix: 'Look into the log of the server for this path.',
    });
  }
  return fail(
    `The metadata are not served (${first?.status ?? first?.problem ?? 'no answer'}); clients then look for /register and /authorize at ${new URL(url).origin} and fail there.`,
    {
      evidence: seen,
      fix: `Serve ${prm.path?.url ?? ''} with {"resource":"${url}","authorization_servers":["<issuer>"]} (add-auth writes this route).`,
    },
  );
};

const json: Run = (evidence) => {
  // Clients stop at the first answer with 200, whatever it is: where the challenge points, by path, at the root.
  const { prm } = live(evidence);
  const named = prm.headerUrl === prm.root?.url ? prm.root : prm.header;
  const exchange = [named, prm.path, prm.root].find((each) => each?.status === 200)!;
  if (documentOf(exchange)) return pass('A JSON object.');
  return fail(
    `${exchange.url} answers with ${isHtml(exchange) ? 'a web page' : 'something that is no JSON object'}; clients stop with "Unexpected token '<'" or the like.`,
    {
      evidence: {
        request: lineOf(exchange),
        contentType: exchange.headers['content-type'],
        begins: exchange.text.slice(0, 60),
      },
      fix: 'Register the metadata route before the catch-all of the web app (in nginx: a location of its own for /.well-known/).',
    },
  );
};

const schema: Run = (evidence) => {
  const found = document(evidence);
  const example = `{"resource":"${live(evidence).url}","authorization_servers":["<issuer>"]}`;
  const problems = [
    ...(text(found, 'resource') === undefined ? ['no "resource"'] : []),
    ...(strings(found['authorization_servers']).filter(Boolean).length === 0 ? ['no "authorization_servers"'] : []),
    ...Object.entries(found).flatMap(([name, value]) => (value === null ? [`"${name}" is null`] : [])),
    ...(found['scopes_supported'] != null && !Array.isArray(found['scopes_supported'])
      ? ['"scopes_supported" is no list']
      : []),
  ];
  if (problems.length === 0) return pass('resource and authorization_servers are there.');
  return fail(`The metadata have ${problems.join(', ')}.`, {
    evidence: { url: place(evidence), document: found },
    fix: `Serve at least ${example}; leave out what has no value.`,
  });
};

const resource: Run = (evidence) => {
  const found = text(document(evidence), 'resource')!;
  const { url } = live(evidence);
  const isSamePathless =
    URL.canParse(found) && new URL(found).href === new URL(url).href && new URL(url).pathname === '/';
  if (found === url || isSamePathless) return pass(found);
  const how = difference(found, url);
  const finding = {
    evidence: { url: place(evidence), resource: found, asked: url },
    fix:
      how.fix ??
      `Set the public URL of the server (add-auth: MCP_RESOURCE_URL) to ${url}, if that is what clients type; else give clients ${found}`,
  };
  const message = `The metadata are about ${found}, clients ask for ${url}: ${how.what}.`;
  const { client } = evidence.options;
  const isTolerated = client !== undefined && clientRules(client).resource === 'prefix' && isPrefix(found, url);
  return isTolerated ? warn(message, finding) : fail(message, finding);
};

/** What the SDK clients accept: the same origin, and a path that the URL begins with. */
function isPrefix(found: string, url: string): boolean {
  if (!URL.canParse(found)) return false;
  const [a, b] = [new URL(found), new URL(url)];
  const end = (path: string): string => (path.endsWith('/') ? path : `${path}/`);
  return a.origin === b.origin && end(b.pathname).startsWith(end(a.pathname)) && a.pathname.length <= b.pathname.length;
}

function difference(found: string, url: string): { what: string; fix?: string } {
  if (!URL.canParse(found)) return { what: 'it is no URL', fix: `Set "resource" to ${url}, byte for byte.` };
  const [a, b] = [new URL(found), new URL(url)];
  if (a.host === b.host && a.protocol !== b.protocol) {
    return {
      what: 'the scheme differs',
      fix: `Set the public URL to ${url}, or trust the proxy: Express app.set('trust proxy', 1), uvicorn --proxy-headers --forwarded-allow-ips='*'.`,
    };
  }
  if (a.host !== b.host) {
    const bothHere = isLoopback(a.hostname) && isLoopback(b.hostname);
    return {
      what: 'the host differs',
      ...(bothHere &&
        a.port === b.port && {
          fix: `Give clients ${found}, or set MCP_RESOURCE_URL to ${url}: to clients ${a.hostname} and ${b.hostname} are two.`,
        }),
    };
  }
  if (`${found}/` === url || `${url}/` === found) return { what: 'a slash at the end differs, and it counts' };
  return { what: a.pathname === '/' ? 'the path is missing' : 'the path differs' };
}

const as: Run = (evidence) => {
  const issuers = strings(document(evidence)['authorization_servers']);
  const [first = ''] = issuers;
  const seen = { url: place(evidence), authorization_servers: issuers };
  if (!URL.canParse(first) || !/^https?:$/.test(new URL(first).protocol)) {
    return fail(`authorization_servers names ${JSON.stringify(first)}, which is no URL.`, {
      evidence: seen,
      fix: 'Write the issuer of the authorization server, with https://, as its metadata have it.',
    });
  }
  const url = new URL(first);
  const issuer = issuerOfMetadataUrl(url);
  if (issuer !== undefined) {
    return fail(
      'authorization_servers names a metadata URL; clients look for the metadata of that URL and find nothing.',
      {
        evidence: seen,
        fix: `Write the issuer instead: ${issuer}`,
      },
    );
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    return fail(`The authorization server ${first} is named with plain http.`, {
      evidence: seen,
      fix: `Write ${first.replace('http:', 'https:')}`,
    });
  }
  const dead = evidence.as?.documents.find(({ problem }) => problem === 'dns');
  if (dead) {
    return fail(`The host of the authorization server ${first} does not exist.`, {
      evidence: { ...seen, request: lineOf(dead) },
      fix: 'Correct the issuer (a slip in the domain, or a tenant that is gone).',
    });
  }
  const usable = evidence.as?.others.find((other) => asDocument(other));
  if (!asDocument(evidence.as) && usable) {
    return fail(`The first authorization server, ${first}, is not usable; clients take only the first.`, {
      evidence: seen,
      fix: `Put ${usable.issuer} first in authorization_servers.`,
    });
  }
  return pass(first);
};

const scopes: Run = (evidence) => {
  const listed = document(evidence)['scopes_supported'];
  if (listed === undefined) return pass('It lists none.');
  const names = strings(listed);
  if (names.includes('offline_access')) {
    return warn('scopes_supported lists offline_access, which is the business of the client.', {
      evidence: { scopes_supported: names },
      fix: 'Leave offline_access out; the authorization server lists it in its own metadata.',
    });
  }
  return pass(names.join(' ') || 'It lists none.');
};

const variants: Run = (evidence) => {
  const { path, root } = live(evidence).prm;
  const missing = [path, root].filter((exchange) => exchange && !documentOf(exchange)) as Exchange[];
  if (missing.length === 0) return pass('By path and at the root.');
  const urls = missing.map(({ url }) => url).join(' and ');
  return warn(`There are no metadata at ${urls}, where some clients look without reading the challenge.`, {
    evidence: { requests: missing.map(lineOf) },
    fix: `Serve the same document at ${urls} too.`,
  });
};

export const PRM = {
  'prm.reachable': reachable,
  'prm.json': json,
  'prm.schema': schema,
  'prm.resource': resource,
  'prm.as': as,
  'prm.scopes': scopes,
  'prm.variants': variants,
} satisfies Record<string, Run>;
