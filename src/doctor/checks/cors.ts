import type { Evidence, LiveEvidence } from '../evidence.ts';
import type { Exchange } from '../gather/http.ts';
import { PAGE_ORIGIN } from '../gather/mcp-probes.ts';
import { lineOf } from '../metadata.ts';
import type { Run } from '../run-checks.ts';
import { fail, pass, warn } from '../types.ts';

const live = (evidence: Evidence): LiveEvidence => evidence.live!;
const ALLOW_ORIGIN = 'access-control-allow-origin';

/** May a page of the MCP Inspector read this answer? */
const isReadable = (exchange: Exchange | undefined): boolean => {
  const origin = exchange?.headers[ALLOW_ORIGIN]?.split(',')[0]?.trim();
  return origin === '*' || origin === PAGE_ORIGIN;
};
const corsOf = ({ headers }: Exchange): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('access-control-')));
const listed = (value: string | undefined): string[] =>
  (value ?? '').split(',').map((name) => name.trim().toLowerCase());

const preflight: Run = (evidence) => {
  const { mcp, prm } = live(evidence);
  const answer = mcp.preflight;
  if (answer?.status === undefined) return pass('No answer to judge.');
  const seen = { request: lineOf(answer), ...corsOf(answer) };
  const fix =
    'Answer OPTIONS before the gate: 204 with Access-Control-Allow-Origin, and Access-Control-Allow-Headers: authorization, content-type, mcp-protocol-version, mcp-session-id.';
  if (answer.status === 401 || answer.status === 403) {
    return fail(
      `OPTIONS is answered with ${answer.status}: it goes through the gate, but browsers send it without a token.`,
      { evidence: seen, fix },
    );
  }
  if (answer.status >= 300 || !isReadable(answer)) {
    return warn(
      'Web pages may not call the endpoint: clients in a browser, such as the MCP Inspector, cannot connect.',
      { evidence: seen, fix },
    );
  }
  const allowed = listed(answer.headers['access-control-allow-headers']);
  // A star does not cover Authorization (Fetch §4.9).
  const missing = ['authorization', 'content-type', 'mcp-protocol-version'].filter(
    (name) => !allowed.includes(name) && (name === 'authorization' || !allowed.includes('*')),
  );
  if (missing.length > 0) return warn(`The preflight does not allow ${missing.join(', ')}.`, { evidence: seen, fix });
  const document = [prm.path, prm.root].find((exchange) => exchange?.status === 200);
  if (document && !isReadable(document) && !isReadable(prm.preflight)) {
    return warn('Web pages may not read the metadata.', {
      evidence: { request: lineOf(document), ...corsOf(document) },
      fix: 'Send Access-Control-Allow-Origin: * with the protected resource metadata.',
    });
  }
  return pass('Web pages may call it.');
};

const expose: Run = (evidence) => {
  const answer = live(evidence).mcp.fromPage;
  if (!answer || !isReadable(answer)) {
    return warn('The 401 itself carries no CORS headers: a page sees only "Failed to fetch".', {
      evidence: answer ? { request: lineOf(answer), ...corsOf(answer) } : {},
      fix: 'Put CORS before the gate, so that refusals carry its headers too.',
    });
  }
  const exposed = listed(answer.headers['access-control-expose-headers']);
  const missing = ['www-authenticate', 'mcp-session-id'].filter((name) => !exposed.includes(name));
  if (missing.length === 0) return pass('WWW-Authenticate and Mcp-Session-Id are exposed.');
  return warn(`${missing.join(' and ')} cannot be read by web pages (only browser clients are concerned).`, {
    evidence: corsOf(answer),
    fix: 'Send Access-Control-Expose-Headers: WWW-Authenticate, Mcp-Session-Id',
  });
};

const as: Run = ({ as: server }) => {
  const { metadata, token, registration } = server!.cors;
  const closed = Object.entries({ metadata, token, registration }).filter(
    ([, answer]) => answer && !isReadable(answer),
  );
  if (closed.length === 0) return pass('They may.');
  return warn(
    `Web pages may not use ${closed.map(([name]) => name).join(', ')} of the authorization server (only browser clients are concerned).`,
    {
      evidence: Object.fromEntries(closed.map(([name, answer]) => [name, lineOf(answer as Exchange)])),
      fix: 'Allow cross-origin requests to these endpoints at the authorization server.',
    },
  );
};

const duplicate: Run = (evidence) => {
  const { mcp, prm } = live(evidence);
  const twice = [mcp.preflight, mcp.fromPage, prm.path].find((answer) => answer?.headers[ALLOW_ORIGIN]?.includes(','));
  if (!twice) return pass('Once.');
  return fail(`Access-Control-Allow-Origin is sent twice (${twice.headers[ALLOW_ORIGIN]}); browsers refuse that.`, {
    evidence: { request: lineOf(twice), ...corsOf(twice) },
    fix: 'Add CORS headers in one layer only: in the app or in the proxy, not in both.',
  });
};

export const CORS = {
  'cors.preflight': preflight,
  'cors.expose': expose,
  'cors.as': as,
  'cors.duplicate': duplicate,
} satisfies Record<string, Run>;
