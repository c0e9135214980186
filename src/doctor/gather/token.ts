import { randomUUID } from 'node:crypto';
import type { Evidence } from '../evidence.ts';
import { decodeToken, type TokenEvidence } from '../token/decode.ts';
import type { Http } from './http.ts';
import { INITIALIZE, rpc } from './mcp-probes.ts';

/**
 * Takes the token apart, verifies it against the published keys, and shows it to the server (and to nobody else).
 * @param url the MCP endpoint, when it answers
 */
export async function gatherToken(
  http: Http,
  token: string,
  { url, as }: { url: string | undefined; as: Evidence['as'] },
): Promise<TokenEvidence> {
  const evidence = decodeToken(token);
  const bearer = { authorization: `Bearer ${token}` };
  const [signature, answers] = await Promise.all([
    evidence.kind === 'jwt' && as?.jwks?.json !== undefined
      ? import('../token/signature.ts').then(({ verifySignature }) => verifySignature(token, as.jwks?.json))
      : undefined,
    url === undefined ? undefined : ask(http, url, bearer),
  ]);
  return { ...evidence, ...(signature && { signature }), ...(answers && { answers }) };
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
