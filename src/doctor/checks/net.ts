import { isLoopback } from '../../oauth/loopback.ts';
import type { Evidence, LiveEvidence } from '../evidence.ts';
import { isPrivateAddress } from '../gather/addresses.ts';
import type { Exchange } from '../gather/http.ts';
import { isHtml, lineOf } from '../metadata.ts';
import { clientRules } from '../profiles/rules.ts';
import type { Run } from '../run-checks.ts';
import { fail, pass, warn, type Finding } from '../types.ts';

const live = (evidence: Evidence): LiveEvidence => evidence.live!;
const urlOf = (evidence: Evidence): URL => new URL(live(evidence).url);

const url: Run = (evidence) => {
  const at = urlOf(evidence);
  if (at.hash) {
    return fail('The URL has a fragment, which is never sent to a server.', {
      fix: `Use ${live(evidence).url.split('#')[0]}`,
    });
  }
  if (at.username || at.password) {
    return fail('The URL contains credentials; clients refuse such a URL.', {
      fix: 'Give the URL without user name and password.',
    });
  }
  return pass(`${live(evidence).url} is an ${at.protocol.slice(0, -1)} URL.`);
};

const dns: Run = (evidence) => {
  const { addresses, dnsProblem } = live(evidence).net;
  const { hostname } = urlOf(evidence);
  if (dnsProblem !== undefined) {
    return fail(`The host ${hostname} has no address (${dnsProblem}).`, {
      evidence: { hostname, problem: dnsProblem },
      fix: `Correct the spelling of ${hostname}, or add an A record for it at its DNS provider.`,
    });
  }
  if (isLoopback(hostname)) return pass(`${hostname} is this machine.`);
  const hidden = addresses.filter(isPrivateAddress);
  if (hidden.length === 0) return pass(`${hostname} has ${addresses.length} public addresses.`, { addresses });
  return warn(
    `${hostname} has a private address (${hidden.join(', ')}): ChatGPT, Claude and Copilot Studio cannot reach it.`,
    {
      evidence: { addresses },
      fix: `For clients on the web give ${hostname} a public IPv4 address, or put a tunnel or gateway in front.`,
    },
  );
};

const port: Run = (evidence) => {
  const at = urlOf(evidence);
  if (isLoopback(at.hostname) || at.protocol === 'http:') return pass(`Port ${at.port || 80} of this network.`);
  if (at.port === '') return pass('Port 443.');
  return warn(`The server is on port ${at.port}; Claude connects to port 443 only.`, {
    evidence: { port: Number(at.port) },
    fix: `Put a reverse proxy on port 443 in front, and use ${at.protocol}//${at.hostname}${at.pathname}`,
  });
};

const tls: Run = (evidence) => {
  const at = urlOf(evidence);
  const { certificateEnd, certificateProblem } = live(evidence).net;
  const { problem, detail } = live(evidence).mcp.initialize;
  if (at.protocol === 'http:') {
    if (isLoopback(at.hostname)) return pass('Plain http, on this machine only.');
    const { addresses } = live(evidence).net;
    const https = at.href.replace('http:', 'https:');
    const found = `${at.host} is asked over plain http, where tokens can be read on the way.`;
    if (addresses.every(isPrivateAddress)) return warn(found, { fix: `Serve it over TLS and use ${https}` });
    return fail(found, { fix: `Serve it over TLS and use ${https}; clients refuse plain http except on localhost.` });
  }
  const reason = certificateProblem ?? (problem === 'tls' ? detail : undefined);
  if (reason === undefined)
    return pass('The certificate is trusted.', certificateEnd ? { validTo: certificateEnd } : undefined);
  return fail(`The certificate of ${at.host} is not trusted (${reason}).`, {
    evidence: { reason, ...(certificateEnd && { validTo: certificateEnd }) },
    fix: tlsFix(reason, at.hostname),
  });
};

function tlsFix(reason: string, host: string): string {
  if (reason.includes('EXPIRED')) return `Renew the certificate of ${host}.`;
  if (reason.includes('ALTNAME')) return `Get a certificate that names ${host}.`;
  if (reason.includes('LEAF') || reason.includes('ISSUER')) {
    return `Serve the full chain (fullchain.pem, not cert.pem) at ${host}: browsers fetch a missing link, Node and Python do not.`;
  }
  return `Install a certificate of a public authority at ${host}; for a private one set NODE_EXTRA_CA_CERTS to its root for every client.`;
}

const reach: Run = (evidence) => {
  const { initialize } = live(evidence).mcp;
  if (initialize.status !== undefined) return pass(`It answers with ${initialize.status} in ${initialize.ms} ms.`);
  const { host } = urlOf(evidence);
  if (isHanging(live(evidence))) return pass('It accepts connections.');
  const seen = { request: lineOf(initialize) };
  switch (initialize.problem) {
    case 'refused':
      return fail(`Nothing listens at ${host} (connection refused).`, {
        evidence: seen,
        fix: isLoopback(urlOf(evidence).hostname)
          ? 'Start the server (for provider local: add-auth dev -- npm start), or give the port it listens on.'
          : `Start the server at ${host}, or open its port in the firewall.`,
      });
    case 'timeout':
      return fail(`${host} does not answer in time.`, {
        evidence: seen,
        fix: 'Look whether the server hangs; raise --timeout only if it is known to start slowly. A firewall that drops packets looks the same.',
      });
    default:
      return fail(`${host} closes the connection (${initialize.detail ?? initialize.problem ?? 'no reason given'}).`, {
        evidence: seen,
        fix: `Check that the server speaks ${urlOf(evidence).protocol.slice(0, -1)} at this port, and what its log says.`,
      });
  }
};

const tunnel: Run = (evidence) => {
  const { initialize } = live(evidence).mcp;
  const code = initialize.headers['ngrok-error-code'];
  if (code === undefined) return pass('None seen.');
  const fix =
    code === 'ERR_NGROK_6024'
      ? 'Use a static domain of a paid ngrok plan, or another tunnel: hosted clients cannot send the header that skips this page.'
      : 'Start the tunnel again, and give clients its new URL.';
  return fail(`The tunnel answers in place of the server (${code}).`, { evidence: { 'ngrok-error-code': code }, fix });
};

const CHALLENGE_PAGES = ['just a moment', 'error code: 10', 'attention required', 'access denied', 'captcha', 'cf-chl'];
const LOGIN_HOSTS = ['cloudflareaccess.com', 'accounts.google.com', 'vercel.com', 'login.microsoftonline.com'];

const edge: Run = (evidence) => {
  const { initialize, agents, garbage } = live(evidence).mcp;
  const plain = initialize;
  const wall = wallOf(plain);
  if (wall !== undefined) {
    return fail(`Something in front of the server answers instead of it: ${wall}.`, {
      evidence: { request: lineOf(plain), ...shown(plain) },
      fix: 'Exempt the MCP path, /.well-known/*, /register, /token and /authorize from that protection.',
    });
  }
  const usual = garbage?.status ?? plain.status;
  const blocked = Object.entries(agents).filter(
    ([name, answer]) =>
      name !== 'browser' && answer.status !== plain.status && answer.status !== usual && isBlock(answer),
  );
  if (blocked.length === 0) {
    return pass('Clients are not told apart by their User-Agent. Rules on IP addresses cannot be seen from here.');
  }
  return fail(
    `Requests with the User-Agent of ${blocked.map(([name]) => name).join(', ')} are blocked; others get ${plain.status}.`,
    {
      evidence: Object.fromEntries(
        blocked.map(([, answer]) => [answer.sent['user-agent'] ?? '', answer.status ?? answer.problem]),
      ),
      fix: 'In the firewall or bot protection (Cloudflare: Security > WAF, "Block AI bots") add a skip rule for the MCP path, /.well-known/*, /register, /token and /authorize.',
    },
  );
};

const isBlock = ({ status, problem }: Exchange): boolean =>
  problem !== undefined || status === 403 || status === 406 || status === 503;

function wallOf(exchange: Exchange): string | undefined {
  const { status, location, text } = exchange;
  if (location !== undefined && URL.canParse(location)) {
    const { hostname } = new URL(location);
    if (LOGIN_HOSTS.some((host) => hostname === host || hostname.endsWith(`.${host}`)))
      return `a login page at ${hostname}`;
  }
  if ((status === 403 || status === 503) && exchange.headers['cf-mitigated'] !== undefined)
    return 'a Cloudflare challenge';
  const page = text.slice(0, 4000).toLowerCase();
  const found = status === 403 || status === 503 ? CHALLENGE_PAGES.find((words) => page.includes(words)) : undefined;
  return found !== undefined && (isHtml(exchange) || found.startsWith('error')) ? `"${found}"` : undefined;
}

const shown = ({ headers }: Exchange): Record<string, string> =>
  Object.fromEntries(['server', 'via', 'cf-ray'].flatMap((name) => (headers[name] ? [[name, headers[name]]] : [])));

/** The same resource by another spelling: a slash, the scheme or the host. Another path is a login page. */
const redirect: Run = (evidence) => {
  const { initialize, otherSlash } = live(evidence).mcp;
  const at = urlOf(evidence);
  const isRedirect = (exchange: Exchange | undefined): exchange is Exchange =>
    exchange?.status !== undefined &&
    exchange.status >= 300 &&
    exchange.status < 400 &&
    exchange.location !== undefined;
  if (isRedirect(initialize)) {
    const target = URL.canParse(initialize.location!) ? new URL(initialize.location!) : undefined;
    if (target && withoutSlash(target) === withoutSlash(at)) return redirected(initialize, at, target);
  }
  if (isRedirect(otherSlash) && URL.canParse(otherSlash.location!)) {
    const target = new URL(otherSlash.location!);
    if (withoutSlash(target) === withoutSlash(at) && at.protocol === 'https:' && target.protocol === 'http:') {
      return warn(`${otherSlash.url} redirects to plain http, where clients drop the token.`, {
        evidence: { request: lineOf(otherSlash), location: otherSlash.location },
        fix: 'Let the server build redirects from X-Forwarded-Proto (uvicorn: --proxy-headers), or serve both spellings.',
      });
    }
  }
  return pass('No redirect.');
};

function redirected(exchange: Exchange, at: URL, target: URL): Finding {
  const what =
    target.protocol !== at.protocol
      ? 'to another scheme'
      : target.host !== at.host
        ? 'to another host'
        : 'because of a slash';
  return fail(`${at.href} redirects ${what}, to ${target.href}; clients drop the token or do not follow.`, {
    evidence: { request: lineOf(exchange), location: target.href },
    fix:
      what === 'because of a slash'
        ? `Serve the MCP endpoint at ${at.pathname} itself (Starlette: redirect_slashes=False), or give clients ${target.href}`
        : `Give clients ${target.href}, and set the public URL of the server to it.`,
  });
}

const withoutSlash = ({ pathname }: URL): string => (pathname.endsWith('/') ? pathname.slice(0, -1) : pathname);

/** The port is open, and nothing comes. */
const isHanging = ({ mcp, net }: LiveEvidence): boolean =>
  mcp.initialize.problem === 'timeout' && net.isConnected === true;

/** Clients give up after 10 to 30 seconds of discovery. */
const latency: Run = (evidence) => {
  const { mcp, prm } = live(evidence);
  const slow = [mcp.initialize, mcp.list, prm.path, prm.root].filter((each): each is Exchange => each !== undefined);
  const worst = slow.reduce((a, b) => (b.ms > a.ms ? b : a));
  const lost = slow.find(({ problem }) => problem === 'timeout');
  if (lost) {
    return fail(`${lost.url} gave no answer in ${lost.ms} ms; clients give up.`, {
      evidence: { request: lineOf(lost) },
      fix: 'Look whether the server hangs or has to wake up: keep one instance warm, and answer before connecting to databases.',
    });
  }
  if (worst.ms < 3000) return pass(`The slowest answer took ${worst.ms} ms.`);
  const seen = { request: lineOf(worst), milliseconds: worst.ms };
  const fix =
    'Keep one instance warm, and answer before connecting to databases: clients give up after about 10 seconds.';
  return worst.ms >= 10_000
    ? fail(`An answer took ${worst.ms} ms; clients give up before.`, { evidence: seen, fix })
    : warn(`An answer took ${worst.ms} ms.`, { evidence: seen, fix });
};

/** Also what a chosen client demands of the address. */
export function hostedProblem(evidence: Evidence, client: Parameters<typeof clientRules>[0]): string | undefined {
  const rules = clientRules(client);
  if (!rules.isHosted || !evidence.live) return undefined;
  const at = urlOf(evidence);
  if (at.protocol !== 'https:' || isLoopback(at.hostname)) return `${rules.name} needs a public https URL`;
  if (rules.only443 && at.port !== '') return `${rules.name} connects to port 443 only`;
  return live(evidence).net.addresses.some(isPrivateAddress) ? `${rules.name} needs a public address` : undefined;
}

export const NET = {
  'net.url': url,
  'net.dns': dns,
  'net.port': port,
  'net.tls': tls,
  'net.reach': reach,
  'net.tunnel': tunnel,
  'net.edge': edge,
  'net.redirect': redirect,
  'net.latency': latency,
} satisfies Record<string, Run>;
