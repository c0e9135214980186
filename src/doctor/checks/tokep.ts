import { isRecord } from '../../is-record.ts';
import type { TokenEndpointEvidence } from '../evidence.ts';
import { asDocument, isHtml, lineOf, strings } from '../metadata.ts';
import type { Run } from '../run-checks.ts';
import { fail, pass, skip, warn, type Finding } from '../types.ts';

/** A check of the answers to requests that must be refused: a code and a client that do not exist. */
const about =
  (judge: (answers: TokenEndpointEvidence, metadata: Record<string, unknown>) => Finding): Run =>
  ({ as }) => {
    if (!as?.tokenEndpoint) return skip('The metadata name no token endpoint.');
    if (as.tokenEndpoint.none.status === 429) return skip('Not checked: it limits requests (429). Try again later.');
    return judge(as.tokenEndpoint, asDocument(as) ?? {});
  };

const errorOf = (json: unknown): string | undefined =>
  isRecord(json) && typeof json['error'] === 'string' ? json['error'] : undefined;

const form = about(({ none }) => {
  const seen = { request: lineOf(none), begins: none.text.slice(0, 120) };
  if (none.status === 415 || (none.status === 400 && /content.?type|unsupported media/i.test(none.text))) {
    return fail('The token endpoint does not take a form, which is the only thing clients send.', {
      evidence: seen,
      fix: 'Parse application/x-www-form-urlencoded at the token endpoint (Express: express.urlencoded()).',
    });
  }
  const isCsrf = /csrf|forgery|xsrf/i.test(none.text);
  if ((none.status === 403 || none.status === 419) && (isCsrf || errorOf(none.json) === undefined)) {
    return fail(
      `The token endpoint refuses a form from outside (${none.status}${isCsrf ? ', CSRF protection' : ''}).`,
      {
        evidence: seen,
        fix: 'Exempt /token and /register from CSRF and bot protection: clients send no cookie and no CSRF token.',
      },
    );
  }
  if (none.status === 405) {
    return fail('The token endpoint takes no POST.', { evidence: seen, fix: 'Let it take POST (RFC 6749 §3.2).' });
  }
  return pass('It reads forms.');
});

const errors = about(({ none }) => {
  const seen = { request: lineOf(none), contentType: none.headers['content-type'], begins: none.text.slice(0, 120) };
  if (none.status === 200) {
    return fail('The token endpoint says 200 to a code that does not exist; clients take that for success.', {
      evidence: seen,
      fix: 'Answer errors with status 400 (401 for an unknown client) and {"error":"…"} (RFC 6749 §5.2).',
    });
  }
  if (none.status !== undefined && none.status >= 500) {
    return fail(`The token endpoint breaks (${none.status}) at a code that does not exist.`, {
      evidence: seen,
      fix: 'Answer with 400 and {"error":"invalid_grant"}; look into its log.',
    });
  }
  if (errorOf(none.json) === undefined) {
    return warn(
      `The token endpoint refuses ${isHtml(none) ? 'with a web page' : 'without {"error":"…"}'}; clients cannot tell why.`,
      {
        evidence: seen,
        fix: 'Answer errors as JSON: {"error":"invalid_grant"} (RFC 6749 §5.2).',
      },
    );
  }
  return pass(`${none.status} ${errorOf(none.json) ?? ''}`);
});

const invalidClient = about(({ none }) => {
  const error = errorOf(none.json);
  if (error === 'invalid_client' || error === 'unauthorized_client') return pass(error);
  if (error === undefined) return skip('Its errors are no JSON.');
  return warn(
    `A client that does not exist gets ${error} instead of invalid_client: a client whose registration is gone keeps trying with it.`,
    {
      evidence: { request: lineOf(none), error },
      fix: 'Check the client first, and answer 401 {"error":"invalid_client"}; clients then register again.',
    },
  );
});

const authMethod = about(({ none, basic }, metadata) => {
  const offered = strings(metadata['token_endpoint_auth_methods_supported']);
  if (!offered.includes('client_secret_basic')) return pass('client_secret_basic is not offered.');
  const description = isRecord(basic.json) ? String(basic.json['error_description'] ?? '') : '';
  const misses = /client.?id/i.test(description) && /missing|required|must|mismatch/i.test(description);
  if (basic.status !== undefined && basic.status < 500 && !(misses && errorOf(basic.json) !== 'invalid_client')) {
    return pass('It reads what it advertises.');
  }
  return fail(`client_secret_basic is advertised, but not read: ${basic.status} ${description}`.trim(), {
    evidence: { body: lineOf(none), basic: lineOf(basic), description },
    fix: 'Read the client from the Authorization header too, or take client_secret_basic out of token_endpoint_auth_methods_supported.',
  });
});

const refresh: Run = ({ as, login }) => {
  if (login?.hasRefreshToken) return pass('The login brought one.');
  const isOffered = strings(asDocument(as)?.['grant_types_supported']).includes('refresh_token');
  if (!isOffered) return skip('Not offered (see as.grants).');
  return skip(
    login && !login.broken
      ? 'The login brought none; clients get one when they ask for offline_access.'
      : 'Offered; whether a client gets one can only be seen with --login.',
  );
};

export const TOKEP = {
  'tokep.form': form,
  'tokep.errors': errors,
  'tokep.invalid-client': invalidClient,
  'tokep.auth-method': authMethod,
  'tokep.refresh': refresh,
} satisfies Record<string, Run>;
