import { isRecord } from '../../is-record.ts';
import { ASYMMETRIC } from '../../oauth/algorithms.ts';
import { asDocument, asExchange, isHtml, keysOf, lineOf, text } from '../metadata.ts';
import type { Run } from '../run-checks.ts';
import { fail, pass, skip, warn } from '../types.ts';

const PRIVATE_PARTS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k'];

const uri: Run = (evidence) => {
  const value = text(asDocument(evidence.as), 'jwks_uri');
  if (value === undefined) {
    return warn('The metadata name no jwks_uri, so a server cannot verify tokens by itself.', {
      evidence: { url: asExchange(evidence.as)?.url },
      fix: 'Publish jwks_uri and sign access tokens as JWTs, or let the server ask by introspection.',
    });
  }
  if (!URL.canParse(value))
    return fail(`jwks_uri is no URL: ${value}`, {
      evidence: { jwks_uri: value },
      fix: 'Write it as an absolute https URL.',
    });
  return pass(value);
};

const reachable: Run = ({ as }) => {
  const exchange = as?.jwks;
  if (!exchange) return skip('There is no jwks_uri to ask.');
  if (exchange.status === 200) return pass(`${exchange.url} answers.`);
  const how = exchange.location
    ? `redirects to ${exchange.location}, which verifiers do not follow`
    : `answers ${exchange.status ?? exchange.detail ?? exchange.problem}`;
  return fail(`The signing keys at ${exchange.url} cannot be fetched: it ${how}.`, {
    evidence: { request: lineOf(exchange) },
    fix:
      exchange.status === 404
        ? 'Correct jwks_uri: tenant or realm in it are wrong, or the keys are published at another path.'
        : `Make ${exchange.url} answer with 200 to everybody.`,
  });
};

const json: Run = (evidence) => {
  const exchange = evidence.as?.jwks;
  if (!exchange) return skip('There is no jwks_uri to ask.');
  if (isRecord(exchange.json) && Array.isArray(exchange.json['keys']))
    return pass(`${keysOf(evidence.as).length} keys.`);
  return fail(`${exchange.url} answers with ${isHtml(exchange) ? 'a web page' : 'something that is no key set'}.`, {
    evidence: {
      request: lineOf(exchange),
      contentType: exchange.headers['content-type'],
      begins: exchange.text.slice(0, 60),
    },
    fix: 'Correct jwks_uri, or take that path out of the login or proxy in front: it must answer {"keys": […]} to everybody.',
  });
};

const keys: Run = (evidence) => {
  if (!evidence.as?.jwks) return skip('There is no jwks_uri to ask.');
  const all = keysOf(evidence.as);
  const seen = { url: evidence.as.jwks.url, keys: all.map(({ kid, kty, alg, use }) => ({ kid, kty, alg, use })) };
  const leaked = all.filter((key) => key['kty'] !== 'oct' && PRIVATE_PARTS.some((part) => part in key));
  if (leaked.length > 0) {
    return fail('The key set contains a PRIVATE key: whoever has read it can sign tokens for any user.', {
      evidence: seen,
      fix: 'Publish only the public part (kty, n, e or crv, x, y), and replace the key: it is burnt.',
    });
  }
  if (all.some((key) => key['kty'] === 'oct' && 'k' in key)) {
    return fail('The key set contains a shared secret (kty "oct"): whoever has read it can sign tokens.', {
      evidence: seen,
      fix: 'Sign with an asymmetric key (RS256 or ES256), publish its public part, and replace the secret.',
    });
  }
  const usable = all.filter((key) => key['kty'] !== 'oct' && key['use'] !== 'enc');
  if (usable.length === 0) {
    return fail(
      all.length === 0
        ? 'The key set is empty, so no token can be verified.'
        : 'None of the keys is one to verify signatures with.',
      {
        evidence: seen,
        fix: 'Create an asymmetric signing key (RS256 or ES256) at the authorization server; Supabase: Project Settings > JWT Keys.',
      },
    );
  }
  const short = usable.find((key) => key['kty'] === 'RSA' && Buffer.from(String(key['n']), 'base64url').length < 256);
  if (short) {
    return fail(`The RSA key ${JSON.stringify(short['kid'])} has less than 2048 bits; verifiers refuse it.`, {
      evidence: seen,
      fix: 'Create a key of 2048 bits or more.',
    });
  }
  const kids = usable.map((key) => key['kid']);
  if (usable.length > 1 && kids.some((kid) => typeof kid !== 'string')) {
    return warn('There are several keys and not all have a "kid", so verifiers have to guess.', {
      evidence: seen,
      fix: 'Give every key a kid of its own.',
    });
  }
  if (new Set(kids).size < kids.length && usable.length > 1) {
    return warn('Two keys have the same "kid".', { evidence: seen, fix: 'Give every key a kid of its own.' });
  }
  return pass(`${usable.length} to verify with.`);
};

const alg: Run = (evidence) => {
  if (!evidence.as?.jwks) return skip('There is no jwks_uri to ask.');
  const odd = keysOf(evidence.as).filter(
    (key) => typeof key['alg'] === 'string' && key['use'] !== 'enc' && !ASYMMETRIC.includes(key['alg']),
  );
  if (odd.length === 0)
    return pass(
      keysOf(evidence.as)
        .map((key) => key['alg'] ?? key['kty'])
        .join(' '),
    );
  const finding = {
    evidence: { algorithms: odd.map((key) => key['alg']) },
    fix: 'Sign access tokens with RS256 or ES256.',
  };
  const message = `The keys are for ${odd.map((key) => String(key['alg'])).join(', ')}, which servers do not verify with.`;
  return odd.length === keysOf(evidence.as).length ? fail(message, finding) : warn(message, finding);
};

const app: Run = (evidence) => {
  const { forged } = evidence.live!.mcp;
  if (forged?.status === 503) {
    return fail('The server cannot fetch the signing keys itself (503), though they can be had from here.', {
      evidence: { request: lineOf(forged) },
      fix: 'Look at its environment: the issuer it is started with, a proxy or firewall on the way out, and a private CA (NODE_EXTRA_CA_CERTS).',
    });
  }
  const answer = evidence.token?.answers?.initialize.status;
  if (answer !== undefined && answer < 300) return pass('It has verified the token with them.');
  return skip('Which keys the server uses can only be seen with a token (--token or --login).');
};

export const JWKS = {
  'jwks.uri': uri,
  'jwks.reachable': reachable,
  'jwks.json': json,
  'jwks.keys': keys,
  'jwks.alg': alg,
  'jwks.app': app,
} satisfies Record<string, Run>;
