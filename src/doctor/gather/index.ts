import type { StartCommand } from '../../types.ts';
import type { Evidence, LiveEvidence } from '../evidence.ts';
import { asDocument, keysOf, prmDocument, strings, text } from '../metadata.ts';
import type { LoginEvidence } from '../login-evidence.ts';
import type { Client } from '../profiles/clients.ts';
import type { ProjectEvidence } from '../static/types.ts';
import { forgeToken } from '../token/forge.ts';
import type { Target } from '../types.ts';
import { isLoopback } from '../../oauth/loopback.ts';
import { isPrivateAddress } from './addresses.ts';
import { gatherAs } from './as.ts';
import { createHttp, type Exchange, type Http } from './http.ts';
import { INITIALIZE, isJsonRpc, probeEndpoint, rpc } from './mcp-probes.ts';
import { gatherNet } from './net.ts';
import { challengeOf, followChallenge, gatherWellKnown } from './prm.ts';

export interface GatherInput {
  target: Target;
  /** The MCP endpoint; undefined when none is known. */
  url?: string | undefined;
  /** The URL was read from the code: what answers there may be another program. */
  isGuess?: boolean;
  project?: ProjectEvidence | undefined;
  /** Finds out how the server of the project is started; asked only where that is a part of the fix. */
  startCommand?: () => Promise<StartCommand | undefined>;
  /** Shown to the MCP server and to nobody else; never part of the evidence. */
  token?: string | undefined;
  /** One for another server, which this one has to refuse. */
  foreignToken?: string | undefined;
  /** How the login went that brought the token. */
  login?: LoginEvidence | undefined;
  client?: Client | undefined;
  register: boolean;
  /** Milliseconds for each request. */
  timeout: number;
  fetch?: typeof fetch;
}

/** Takes all evidence in one pass: the only part of the doctor that touches the network. Changes nothing anywhere. */
export async function gather(input: GatherInput): Promise<Evidence> {
  const evidence: Evidence = {
    target: input.target,
    options: { client: input.client, register: input.register },
    now: Date.now(),
    project: input.project,
    login: input.login,
    log: [],
  };
  const http = createHttp({
    timeout: input.timeout,
    mayAskPrivate: input.url === undefined || (await isPrivateTarget(new URL(input.url))),
    secrets: [input.token, input.foreignToken].filter((secret) => secret !== undefined),
    ...(input.fetch && { fetch: input.fetch }),
  });
  evidence.log = http.log;
  await gatherLive(http, input, evidence);
  await gatherAuthorizationServer(http, input, evidence);
  await Promise.all([forge(http, evidence), useToken(http, input, evidence), tryRegistration(http, evidence)]);
  return evidence;
}

async function isPrivateTarget({ hostname }: URL): Promise<boolean> {
  if (isLoopback(hostname)) return true;
  const { lookup } = await import('node:dns/promises');
  const found = await lookup(hostname.replace(/^\[|\]$/g, ''), { all: true }).catch(() => []);
  return found.some(({ address }) => isPrivateAddress(address));
}

async function gatherLive(
  http: Http,
  { url, target, timeout, isGuess, startCommand }: GatherInput,
  evidence: Evidence,
): Promise<void> {
  if (url === undefined) {
    evidence.whyNotLive = 'Not checked: the URL of the server is not known. Run add-auth, or give the URL.';
    return;
  }
  const [net, initialize, wellKnown] = await Promise.all([
    gatherNet(new URL(url), timeout),
    rpc(http, url, INITIALIZE),
    gatherWellKnown(http, url),
  ]);
  // A project may be examined while its server is down; somebody who gives a URL wants to know why it is.
  if (target.kind === 'project' && (initialize.problem === 'refused' || initialize.problem === 'dns')) {
    evidence.atRest = url;
    evidence.start = await startCommand?.();
    evidence.whyNotLive = `Not checked: no server answers at ${url}. Start it and run this again.`;
    return;
  }
  if (isGuess && !speaksMcp(initialize)) {
    evidence.whyNotLive = `Not checked: what answers at ${url} does not look like this server. Give its URL instead.`;
    return;
  }
  const live: LiveEvidence = { url, net, mcp: { initialize, agents: {}, elsewhere: [] }, prm: {} };
  evidence.live = live;
  if (initialize.status === undefined) return;
  if (initialize.status === 200) evidence.start = await startCommand?.();
  live.mcp = await probeEndpoint(http, url, initialize);
  live.prm = await followChallenge(http, url, live.mcp, wellKnown);
}

/** It asks for a token, or answers in JSON-RPC. */
const speaksMcp = (exchange: Exchange): boolean => exchange.status === 401 || isJsonRpc(exchange);

async function gatherAuthorizationServer(http: Http, { project }: GatherInput, evidence: Evidence): Promise<void> {
  const document = prmDocument(evidence.live?.prm);
  const [first, ...others] = strings(document?.['authorization_servers']);
  const issuer = first ?? project?.record?.issuer;
  if (issuer === undefined || !/^https?:$/.test(URL.canParse(issuer) ? new URL(issuer).protocol : '')) return;
  const found = await gatherAs(http, issuer, others);
  // The authorization server of provider local runs beside the server, and is down when that is.
  const isAtRest = !evidence.live && found.documents.every(({ problem }) => problem === 'refused');
  if (!isAtRest) evidence.as = found;
}

/** RFC 7515 §10.10 in practice: a server must not take what nobody has signed. */
async function forge(http: Http, { live, as, now }: Evidence): Promise<void> {
  const issuer = text(asDocument(as), 'issuer');
  if (!live || issuer === undefined || live.mcp.garbage?.status !== 401) return;
  // Of a key to encrypt with, a server would not look at the signature.
  const key = keysOf(as).find(({ kid, use }) => typeof kid === 'string' && use !== 'enc');
  const token = forgeToken({
    issuer,
    audience: text(prmDocument(live.prm), 'resource') ?? live.url,
    scopes: wantedScopes(live),
    kid: text(key, 'kid'),
    alg: text(key, 'alg') ?? (key?.['kty'] === 'EC' ? 'ES256' : key?.['kty'] === 'OKP' ? 'EdDSA' : 'RS256'),
    now: Math.floor(now / 1000),
  });
  const method = live.mcp.initialize.status === 401 ? INITIALIZE : { method: 'tools/list' };
  live.mcp.forged = await rpc(http, live.url, method, { authorization: `Bearer ${token}` });
}

async function useToken(http: Http, { token, foreignToken }: GatherInput, evidence: Evidence): Promise<void> {
  if (token === undefined) return;
  const { gatherToken } = await import('./token.ts');
  const url = evidence.live?.mcp.initialize.status === undefined ? undefined : evidence.live.url;
  evidence.token = await gatherToken(http, token, { url, as: evidence.as, foreignToken });
}

async function tryRegistration(http: Http, evidence: Evidence): Promise<void> {
  const metadata = asDocument(evidence.as);
  if (!evidence.options.register || !metadata || !evidence.live) return;
  const { gatherRegistration } = await import('./registration.ts');
  evidence.registration = await gatherRegistration(http, {
    metadata,
    client: evidence.options.client,
    resource: text(prmDocument(evidence.live.prm), 'resource') ?? evidence.live.url,
    scopes: wantedScopes(evidence.live),
    allScopes: [
      ...new Set([...wantedScopes(evidence.live), ...strings(prmDocument(evidence.live.prm)?.['scopes_supported'])]),
    ],
  });
}

/** What a client asks for: the scopes of the challenge, else those that the metadata list (MCP authorization). */
export function wantedScopes(live: LiveEvidence): string[] {
  const challenged = challengeOf(live.mcp)?.parameters['scope']?.value;
  return challenged?.split(' ').filter(Boolean) ?? strings(prmDocument(live.prm)?.['scopes_supported']);
}
