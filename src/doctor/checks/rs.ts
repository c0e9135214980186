import { bearerChallenge } from '../challenge.ts';
import type { Evidence, LiveEvidence } from '../evidence.ts';
import type { Exchange } from '../gather/http.ts';
import { documentOf, lineOf } from '../metadata.ts';
import type { Run } from '../run-checks.ts';
import { fail, pass, skip, warn, type Earlier } from '../types.ts';
import type { CheckId } from '../ids.ts';
import { accepted, audiences, clientInPlaceOfAudience, expectedAudience } from './tok.ts';

const live = (evidence: Evidence): LiveEvidence => evidence.live!;

const errorMapping: Run = (evidence) => {
  const { garbage, forged } = live(evidence).mcp;
  if (garbage?.status === undefined) return skip('The server did not answer a bad token.');
  if (garbage.status === 429) return skip('Not checked: the server limits requests (429). Try again later.');
  const keysAreThere = documentOf(evidence.as?.jwks) !== undefined;
  const broken = [garbage, ...(keysAreThere && forged?.status !== 503 ? [forged] : [])].find(
    (each) => each?.status !== undefined && each.status >= 500,
  );
  if (!broken) return pass(`A bad token is answered with ${garbage.status}.`);
  return fail(`A bad token makes the server fail (${broken.status}); clients log in again only at 401.`, {
    evidence: { request: lineOf(broken), body: broken.text.slice(0, 200) },
    fix: 'Turn every error of the verification into 401: TypeScript SDK: catch and throw new InvalidTokenError(), Python: return None from verify_token.',
  });
};

const rejectsGarbage: Run = (evidence, earlier) => {
  const { garbage, forged } = live(evidence).mcp;
  if (garbage?.status === undefined) return skip('The server did not answer a bad token.');
  if (garbage.status === 429) return skip('Not checked: the server limits requests (429). Try again later.');
  const fix =
    'Verify every token: signature against the JWKS of the issuer, iss, aud and exp (jose: jwtVerify with createRemoteJWKSet; PyJWT: decode with a key of PyJWKClient). add-auth writes such a verifier.';
  if (isServed(garbage)) {
    return fail('SECURITY: the server takes any word for a token.', {
      evidence: { request: lineOf(garbage), sent: 'Authorization: Bearer not-a-token' },
      fix,
    });
  }
  if (forged && isServed(forged)) {
    return fail('SECURITY: the server takes a token that nobody has signed.', {
      evidence: { request: lineOf(forged), sent: 'a JWT with right claims and random bytes for a signature' },
      fix,
    });
  }
  const bad = evidence.token && accepted(evidence.token) ? badTokenOf(evidence, earlier) : undefined;
  if (bad)
    return fail(`SECURITY: the server takes the token although ${bad.toLowerCase()}`, {
      evidence: { request: lineOf(evidence.token!.answers!.initialize) },
      fix,
    });
  return pass('Refused.');
};

const isServed = ({ status }: Exchange): boolean => status !== undefined && status < 300;

/** What is wrong with a token that was accepted. Not asked of those checks that wait for this one. */
function badTokenOf(evidence: Evidence, earlier: Earlier): string | undefined {
  const ids: CheckId[] = ['tok.format', 'tok.alg', 'tok.sig', 'tok.time'];
  const jwt = evidence.token?.kind === 'jwt';
  return jwt ? ids.map((id) => earlier.of(id)).find((result) => result?.status === 'fail')?.detail : undefined;
}

const accepts: Run = (evidence) => {
  const { answers } = evidence.token!;
  if (!answers) return skip('The server was not asked.');
  const { initialize } = answers;
  const seen = {
    predicted: '200',
    answered: initialize.status ?? initialize.problem,
    'www-authenticate': initialize.headers['www-authenticate'],
  };
  if (isServed(initialize)) return pass('As predicted, the server accepts it.', seen);
  if (initialize.status === 401) return refused(evidence, initialize, seen);
  if (initialize.status === 503) {
    return fail('The server cannot judge the token (503): it cannot fetch the signing keys.', {
      evidence: seen,
      fix: 'Look at the issuer it is started with, and at its way out to the internet (proxy, firewall, NODE_EXTRA_CA_CERTS).',
    });
  }
  return fail(`The token is valid, and the server answers ${initialize.status ?? initialize.problem}.`, {
    evidence: { ...seen, body: initialize.text.slice(0, 200) },
    fix: 'Look into the log of the server: the token is right by everything that is published.',
  });
};

/** A token that is right by all that is published, and refused. */
function refused(evidence: Evidence, answer: Exchange, seen: Record<string, unknown>) {
  const message = 'The token is right by everything that is published, and the server refuses it.';
  if (/no expiration/i.test(answer.text + (seen['www-authenticate'] as string))) {
    return fail(`${message} Its verifier does not hand on when the token ends ("Token has no expiration time").`, {
      evidence: seen,
      fix: 'Return expiresAt: payload.exp (seconds) from verifyAccessToken.',
    });
  }
  const without = live(evidence).mcp.initialize;
  const header = (exchange: Exchange | undefined): string => exchange?.headers['www-authenticate'] ?? '';
  const { garbage } = live(evidence).mcp;
  const isAsWithout = header(answer) === header(without) && answer.text === without.text;
  if (isAsWithout && garbage && header(garbage) === header(without)) {
    return fail(
      `${message} It says the same as to a request without token: the header may be lost on the way, or the server has other settings than it publishes.`,
      {
        evidence: seen,
        fix: 'Compare issuer, audience and keys in the environment of the running server with its metadata (add-auth status), restart it, and see that no proxy drops Authorization (Apache: CGIPassAuth On).',
      },
    );
  }
  return fail(`${message} It runs with another issuer, audience or key set than it publishes.`, {
    evidence: seen,
    fix: 'Compare issuer, audience and keys in the environment of the running server with its metadata (add-auth status), and restart it: it may also hold old keys. Its audit line says which check failed.',
  });
}

const audienceEnforced: Run = (evidence) => {
  const token = evidence.token!;
  const expected = expectedAudience(evidence);
  const shown = token.foreign
    ? { found: audiences({ claims: { aud: token.foreign.aud } }), answer: token.foreign.answer }
    : { found: audiences(token), answer: token.answers?.initialize };
  const { found, answer } = shown;
  if ((token.kind !== 'jwt' && !token.foreign) || !answer || expected === undefined) {
    return skip('Only a token for another server can show it.');
  }
  const isOurs = !token.foreign && clientInPlaceOfAudience(evidence) !== undefined;
  if (isOurs || found.includes(expected) || found.includes(live(evidence).url)) {
    return skip('Only a token for another server can show it; this one is for this server.');
  }
  if (!isServed(answer)) return pass('A token for another server is refused.');
  const message = `SECURITY: the server takes a token that is for ${found.join(', ') || 'nobody'}, not for ${expected}.`;
  const finding = {
    evidence: { aud: found, expected, request: lineOf(answer) },
    fix: `Verify the audience: jose jwtVerify(token, keys, { issuer, audience: '${expected}' }); if ${found[0] ?? 'no audience'} is what the server is meant to have, publish it.`,
  };
  // A name such as "authenticated" is what some providers give to all their tokens.
  return found.some((each) => URL.canParse(each)) || found.length === 0
    ? fail(message, finding)
    : warn(message, finding);
};

const scope403: Run = (evidence) => {
  const { answers } = evidence.token!;
  const refusal = [answers?.initialize, answers?.list].find((exchange) => exchange?.status === 403);
  if (!refusal) return skip('Nothing that was asked for needed another scope.');
  // Who says 403 to every token does not speak of scopes.
  if (live(evidence).mcp.garbage?.status === 403) return skip('Every token is answered with 403.');
  const parameters = bearerChallenge(refusal.headers['www-authenticate'])?.parameters;
  if (parameters?.['error']?.value === 'insufficient_scope' && parameters['scope'])
    return pass(`scope="${parameters['scope'].value}"`);
  return fail('A missing scope is answered with 403, but not in the form that makes clients ask for it.', {
    evidence: { request: lineOf(refusal), 'www-authenticate': refusal.headers['www-authenticate'] ?? null },
    fix: 'Send WWW-Authenticate: Bearer error="insufficient_scope", scope="<all that is needed>", resource_metadata="…" with the 403.',
  });
};

const session: Run = (evidence) => {
  const answer = evidence.token!.answers?.session;
  if (answer?.status === undefined) return skip('The server did not answer.');
  const seen = { request: lineOf(answer), sent: 'Mcp-Session-Id: a random one' };
  const fix = 'Answer an unknown session with 404; clients then start a new one (MCP transports, session management).';
  if (answer.status === 401 || answer.status >= 500) {
    return fail(
      `An unknown session is answered with ${answer.status}: after a restart clients log in again and again, or give up.`,
      { evidence: seen, fix },
    );
  }
  if (answer.status === 400)
    return warn('An unknown session is answered with 400; some clients give up after a restart of the server.', {
      evidence: seen,
      fix,
    });
  return pass(answer.status === 404 ? '404.' : 'There are no sessions.');
};

export const RS = {
  'rs.error-mapping': errorMapping,
  'rs.rejects-garbage': rejectsGarbage,
  'rs.accepts': accepts,
  'rs.audience-enforced': audienceEnforced,
  'rs.scope-403': scope403,
  'rs.session': session,
} satisfies Record<string, Run>;
