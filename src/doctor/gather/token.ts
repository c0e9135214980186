import { randomUUID } from 'node:crypto';
import type { Evidence } from '../evidence.ts';
import { takeApart, type TokenEvidence } from '../token/decode.ts';
import type { Http } from './http.ts';
import { INITIALIZE, rpc } from './mcp-probes.ts';

/**
 * Takes the token apart, verifies it against the published keys, and shows it to the server (and to nobody else).
 * @param url the MCP endpoint, when it answers
 */
export async function gatherToken(
  http: Http,
  token: string,
  { url, as, foreignToken }: { url: string | undefined; as: Evidence['as']; foreignToken?: string | undefined },
): Promise<TokenEvidence> {
  const evidence = takeApart(token);
  const bearer = { authorization: `Bearer ${token}` };
  const [signature, answers, foreign] = await Promise.all([
    evidence.kind === 'jwt' && as?.jwks?.json !== undefined
      ? import('../token/signature.ts').then(({ verifySignature }) => verifySignature(token, as.jwks?.json))
      : undefined,
    url === undefined ? undefined : ask(http, url, bearer),
    url === undefined || foreignToken === undefined ? undefined : askAsStranger(http, url, foreignToken),
  ]);
  return { ...evidence, ...(signature && { signature }), ...(answers && { answers }), ...(foreign && { foreign }) };
}

async function askAsStranger(http: Http, url: string, token: string): Promise<TokenEvidence['foreign']> {
  const { claims } = takeApart(token);
  return { aud: claims['aud'], answer: await rpc(http, url, INITIALIZE, { authorization: `Bearer ${token}` }) };
}

async function ask(http: Http, url: string, bearer: Record<string, string>): Promise<TokenEvidence['answers']> {
  const list = { method: 'tools/list' };
  const [initialize, listed, session] = await Promise.all([
    rpc(http, url, INITIALIZE, bearer),
    rpc(http, url, list, bearer),
    rpc(http, url, list, { ...bearer, 'mcp-session-id': randomUUID() }),
  ]);
  return { initialize, list: listed, session };
}
