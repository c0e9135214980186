import type { Evidence, LiveEvidence } from '../evidence.ts';
import { isForeign, isJsonRpc, isMissing } from '../gather/mcp-probes.ts';
import type { Exchange } from '../gather/http.ts';
import { documentOf, isHtml, lineOf, prmDocument, text } from '../metadata.ts';
import type { Run } from '../run-checks.ts';
import { fail, pass, type Finding } from '../types.ts';

const live = (evidence: Evidence): LiveEvidence => evidence.live!;

/** What DNS-rebinding guards say (python-sdk, FastMCP, the TypeScript SDK). */
const HOST_REFUSALS = [
  'invalid host',
  'host not allowed',
  'blocked request. this host',
  'disallowed host',
  'invalid origin',
];

const host: Run = (evidence) => {
  const { initialize, fromPage } = live(evidence).mcp;
  const { host: name } = new URL(live(evidence).url);
  const words = (exchange: Exchange | undefined): boolean =>
    HOST_REFUSALS.some((phrase) => exchange?.text.slice(0, 2000).toLowerCase().includes(phrase));
  if (initialize.status === 421 || ((initialize.status === 403 || initialize.status === 400) && words(initialize))) {
    return fail(
      `The server does not accept the host name ${name} (${initialize.status} ${initialize.text.trim().slice(0, 80)}).`,
      {
        evidence: { request: lineOf(initialize), body: initialize.text.slice(0, 200) },
        fix: `Add ${name} to the allowed hosts: Python TransportSecuritySettings(allowed_hosts=["${name}"]), FastMCP FASTMCP_HTTP_ALLOWED_HOSTS=${name}, TypeScript allowedHosts: ['${name}'].`,
      },
    );
  }
  const note = fromPage?.status === 403 && words(fromPage) ? ' Pages of other origins are turned away.' : '';
  return pass(`The host name ${name} is accepted.${note}`);
};

const endpoint: Run = (evidence) => {
  const { initialize } = live(evidence).mcp;
  if (isMissing(initialize) && isNothing(live(evidence))) return nothingHere(live(evidence));
  if (initialize.status === 200 && isHtml(initialize)) {
    return fail(`${live(evidence).url} answers with a web page, not with MCP.`, {
      evidence: { request: lineOf(initialize), contentType: initialize.headers['content-type'] },
      fix: fixFor(live(evidence)),
    });
  }
  if (isForeign(initialize) && !asksForTokens(live(evidence))) return foreign(live(evidence));
  return pass(`Something answers POST at ${new URL(live(evidence).url).pathname}.`);
};

/** Another program at this port, or another path of the right one. */
function foreign(evidence: LiveEvidence): Finding {
  const { url, mcp } = evidence;
  const { initialize } = mcp;
  return fail(`There is no MCP endpoint at this URL: ${url} answers initialize with 200, and not in JSON-RPC.`, {
    evidence: {
      request: lineOf(initialize),
      contentType: initialize.headers['content-type'],
      body: initialize.text.slice(0, 200),
    },
    fix: `${fixFor(evidence)} If the path is right, another program has the port of ${new URL(url).host}.`,
  });
}

/** A server that refuses a bad token guards something, though it may answer the first request in its own way. */
const asksForTokens = ({ mcp }: LiveEvidence): boolean =>
  [mcp.list, mcp.call, mcp.garbage].some((exchange) => exchange?.status === 401);

/** Nothing is here when a path that cannot exist is answered alike, and no metadata speak of this one. */
function isNothing({ url, mcp, prm }: LiveEvidence): boolean {
  if (text(documentOf(prm.path), 'resource') === url) return false;
  const { initialize, nowhere } = mcp;
  if (!nowhere) return true;
  if (nowhere.status !== initialize.status) return false;
  return shapeOf(nowhere) === shapeOf(initialize);
}

const shapeOf = ({ url, text: body }: Exchange): string => body.replaceAll(new URL(url).pathname, '');

function nothingHere(evidence: LiveEvidence): Finding {
  const { url, mcp } = evidence;
  return fail(
    `There is nothing at ${new URL(url).pathname}: it is answered like a path that does not exist (${mcp.initialize.status}).`,
    {
      evidence: { request: lineOf(mcp.initialize), ...(mcp.nowhere && { compared: lineOf(mcp.nowhere) }) },
      fix: fixFor(evidence),
    },
  );
}

/** The right URL, where the metadata or another path tell it. */
function fixFor({ url, mcp, prm }: LiveEvidence): string {
  const named = text(prmDocument(prm), 'resource');
  if (named !== undefined && named !== url) return `Give clients ${named}, which the server itself names.`;
  const found = mcp.elsewhere.find((exchange) => exchange.status === 401 || isJsonRpc(exchange));
  if (found) return `Give clients ${found.url}: an MCP server answers there.`;
  return `Look in the code which path the MCP server is mounted at, and give clients that URL; ${new URL(url).pathname} is not it.`;
}

const transport: Run = (evidence) => {
  const { initialize, get } = live(evidence).mcp;
  const { status } = initialize;
  if (status !== 405 && status !== 406 && status !== 415) return pass('POST with JSON is understood.');
  const isSse = get?.headers['content-type']?.startsWith('text/event-stream') === true || get?.status === 401;
  return fail(
    status === 405 && isSse
      ? 'The endpoint takes GET and no POST: it speaks the old HTTP+SSE transport, which clients have dropped.'
      : `A POST as clients send it is answered with ${status}.`,
    {
      evidence: { request: lineOf(initialize), ...(get && { get: lineOf(get) }) },
      fix: 'Serve Streamable HTTP at this URL: POST with Content-Type application/json, Accept application/json and text/event-stream.',
    },
  );
};

export const MCP = {
  'mcp.host': host,
  'mcp.endpoint': endpoint,
  'mcp.transport': transport,
} satisfies Record<string, Run>;
