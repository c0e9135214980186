import { SignJWT } from 'jose';
import { json } from '../../../fakes/doctor/answers.ts';
import type { Fault } from './fault.ts';

const now = (): number => Math.floor(Date.now() / 1000);

export const TOKEN_FAULTS: Fault[] = [
  {
    name: 'an opaque token',
    break: () => undefined,
    token: () => 'oat_01J9ZK3M2Q',
    cause: 'tok.format',
    fix: ['resource'],
  },
  {
    name: 'an encrypted token',
    break: () => undefined,
    token: () => `${Buffer.from('{"alg":"dir","enc":"A256GCM"}').toString('base64url')}..aa.bb.cc`,
    cause: 'tok.format',
    fix: ['audience'],
  },
  {
    name: 'an ID token',
    break: () => undefined,
    token: (bench) => bench.token({ aud: 'c1', nonce: 'n', at_hash: 'h', scope: undefined } as never, { typ: 'JWT' }),
    cause: 'tok.type',
    fix: ['access_token'],
  },
  {
    name: 'a token signed with a shared secret',
    break: () => undefined,
    token: (bench) =>
      new SignJWT({ iss: bench.issuer, aud: bench.url, exp: now() + 60 * 5, scope: 'read:tasks' })
        .setProtectedHeader({ alg: 'HS256' })
        .sign(new TextEncoder().encode('a secret that is long enough for it')),
    cause: 'tok.alg',
    fix: ['RS256'],
  },
  {
    name: 'a token of another tenant',
    break: () => undefined,
    token: (bench) => bench.token({}, { kid: 'k9' }),
    cause: 'tok.kid',
    fix: ['another tenant'],
  },
  {
    name: 'a changed token',
    break: () => undefined,
    token: async (bench) => {
      const [header, , signature] = (await bench.token()).split('.');
      const [, payload] = (await bench.token({ sub: 'mallory' })).split('.');
      return `${header}.${payload}.${signature}`;
    },
    cause: 'tok.sig',
    fix: ['new one'],
  },
  {
    name: 'another issuer, by a slash',
    break: () => undefined,
    token: (bench) => bench.token({ iss: `${bench.issuer}/` }),
    cause: 'tok.iss',
    fix: (bench) => [`${bench.issuer}/`, 'slash'],
  },
  {
    name: 'version 1 of Entra',
    break: () => undefined,
    token: (bench) => bench.token({ iss: 'https://sts.windows.net/7d1/' }),
    cause: 'tok.iss',
    fix: ['requestedAccessTokenVersion'],
  },
  {
    name: 'the audience is the client',
    break: () => undefined,
    token: (bench) => bench.token({ aud: 'c1' }),
    cause: 'tok.aud',
    fix: (bench) => [`resource=${bench.url}`],
  },
  {
    name: 'no audience',
    break: () => undefined,
    token: (bench) => bench.token({ aud: undefined } as never),
    cause: 'tok.aud',
    fix: (bench) => [bench.url],
  },
  {
    name: 'an expired token',
    break: () => undefined,
    token: (bench) => bench.token({ iat: now() - 7200, exp: now() - 3600 }),
    cause: 'tok.time',
    fix: ['add-auth token'],
  },
  {
    name: 'a token of tomorrow',
    break: () => undefined,
    token: (bench) => bench.token({ nbf: now() + 3600 }),
    cause: 'tok.time',
    fix: ['NTP'],
  },
  {
    name: 'a token that never ends',
    break: () => undefined,
    token: (bench) => bench.token({ exp: undefined } as never),
    cause: 'tok.time',
    fix: ['lifetime'],
  },
  {
    name: 'a scope is missing',
    break: () => undefined,
    token: (bench) => bench.token({ scope: 'openid' }),
    cause: 'tok.scope',
    fix: ['read:tasks'],
  },
  {
    name: 'the scopes are in another claim',
    break: () => undefined,
    token: (bench) => bench.token({ scope: undefined, permissions: ['read:tasks'] } as never),
    cause: 'tok.scope',
    fix: ['"permissions"'],
  },
  {
    name: 'a missing scope is not said in the right form',
    break: (bench) => {
      bench.hooks.mcp = async (_, usual) => {
        const answer = await usual();
        return answer.status === 403 ? json({ error: 'forbidden' }, 403) : answer;
      };
    },
    token: (bench) => bench.token({ scope: 'openid' }),
    cause: 'rs.scope-403',
    fix: ['error="insufficient_scope"'],
  },
  {
    name: 'the server expects another issuer than it publishes',
    break: (bench) => void (bench.expects.issuer = 'https://old.example.com'),
    token: (bench) => bench.token(),
    cause: 'rs.accepts',
    fix: ['environment'],
  },
  {
    name: 'the header is lost on the way',
    break: (bench) => void (bench.hooks.mcp = (ask, usual) => (ask.method === 'POST' ? bench.unauthorized() : usual())),
    token: (bench) => bench.token(),
    cause: 'rs.accepts',
    fix: ['CGIPassAuth'],
    level: 'fail',
  },
  {
    name: 'the verifier does not say when the token ends',
    break: (bench) => {
      bench.hooks.mcp = async (_, usual) => {
        const answer = await usual();
        return answer.status === 200
          ? json(
              { error: 'invalid_token', error_description: 'Token has no expiration time' },
              401,
              bench.unauthorized('invalid_token').headers,
            )
          : answer;
      };
    },
    token: (bench) => bench.token(),
    cause: 'rs.accepts',
    fix: ['expiresAt: payload.exp'],
  },
  {
    name: 'any audience is accepted',
    break: (bench) => void (bench.expects.audience = undefined),
    token: (bench) => bench.token({ aud: 'https://other.example.com/mcp' }),
    cause: 'rs.audience-enforced',
    fix: (bench) => [`audience: '${bench.url}'`],
  },
  {
    name: 'an unknown session is a 401',
    break: (bench) => {
      bench.hooks.mcp = (ask, usual) => (ask.headers['mcp-session-id'] ? bench.unauthorized() : usual());
    },
    token: (bench) => bench.token(),
    cause: 'rs.session',
    fix: ['404'],
  },
  {
    name: 'an unknown session is a 400',
    break: (bench) => {
      bench.hooks.mcp = (ask, usual) => (ask.headers['mcp-session-id'] ? json({ error: 'no session' }, 400) : usual());
    },
    token: (bench) => bench.token(),
    cause: 'rs.session',
    level: 'warn',
    fix: ['404'],
  },
];
