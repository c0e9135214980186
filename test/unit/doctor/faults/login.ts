import { json, page, redirect, type Answer } from '../../../fakes/doctor/answers.ts';
import type { Bench } from '../../../fakes/doctor/bench.ts';
import type { Fault } from './fault.ts';

/** The answer to a login request, by what was asked. */
const authorize = (
  bench: Bench,
  answer: (asked: URLSearchParams, back: (error: string) => Answer) => Answer | undefined,
): void => {
  bench.hooks.authorize = (ask, usual) => {
    const asked = new URL(ask.path, bench.issuer).searchParams;
    const back = (error: string): Answer =>
      redirect(`${asked.get('redirect_uri')}?${new URLSearchParams({ error, iss: bench.issuer })}`);
    return (asked.has('client_id') ? answer(asked, back) : undefined) ?? usual();
  };
};

/** The registration of a client with such a redirect URI or method. */
const register = (bench: Bench, answer: (body: string) => Answer | undefined): void => {
  bench.hooks.register = (ask, usual) => (ask.method === 'POST' ? (answer(ask.body) ?? usual()) : usual());
};

const token = (bench: Bench, answer: Answer): void => {
  bench.hooks.token = (ask, usual) => (ask.method === 'POST' ? answer : usual());
};

export const LOGIN_FAULTS: Fault[] = [
  {
    name: 'nobody can register',
    break: (bench) => void delete bench.metadata['registration_endpoint'],
    cause: 'reg.method',
    fix: ['dynamic client registration', 'client id'],
  },
  {
    name: 'bot protection before the registration',
    break: (bench) => register(bench, () => page('<title>Attention Required!</title>', 403)),
    cause: 'reg.dcr',
    register: true,
    fix: ['bot protection'],
  },
  {
    name: 'trusted hosts of Keycloak',
    break: (bench) =>
      register(bench, () =>
        json({ error: 'insufficient_scope', error_description: "Policy 'Trusted Hosts' rejected request" }, 403),
      ),
    cause: 'reg.dcr',
    register: true,
    fix: ['Trusted Hosts'],
  },
  {
    name: 'a registration needs a token',
    break: (bench) => register(bench, () => json({ error: 'invalid_token' }, 401)),
    cause: 'reg.dcr',
    register: true,
    fix: ['anonymous'],
  },
  {
    name: 'a private scheme is refused, which most clients do not have',
    break: (bench) =>
      register(bench, (body) =>
        body.includes('cursor://') ? json({ error: 'invalid_redirect_uri' }, 400) : undefined,
      ),
    cause: 'reg.redirects',
    level: 'warn',
    register: true,
    fix: ['cursor://anysphere.cursor-mcp/oauth/callback'],
  },
  {
    name: 'a private scheme is refused, and the client has one',
    break: (bench) =>
      register(bench, (body) =>
        body.includes('cursor://') ? json({ error: 'invalid_redirect_uri' }, 400) : undefined,
      ),
    cause: 'reg.redirects',
    register: true,
    client: 'cursor',
    fix: ['cursor://anysphere.cursor-mcp/oauth/callback'],
  },
  {
    name: 'a client with a secret is refused',
    break: (bench) =>
      register(bench, (body) =>
        body.includes('client_secret_post') ? json({ error: 'invalid_client_metadata' }, 400) : undefined,
      ),
    cause: 'reg.redirects',
    register: true,
    fix: ['client_secret_post'],
  },
  {
    name: 'no client id in the answer',
    break: (bench) => register(bench, (body) => json(JSON.parse(body), 201)),
    cause: 'reg.response',
    register: true,
    fix: ['client_id'],
  },
  {
    name: 'null in the answer to a registration',
    break: (bench) => {
      bench.hooks.register = async (_, usual) => {
        const answer = await usual();
        return answer.status === 201 ? { ...answer, body: answer.body.replace('{', '{"client_uri":null,') } : answer;
      };
    },
    cause: 'reg.response',
    register: true,
    fix: ['leave out'],
  },
  {
    name: 'a registered client is not known at the login',
    break: (bench) =>
      authorize(bench, () => json({ error: 'invalid_client', error_description: "Client ID 'c1' not found" }, 400)),
    cause: 'authz.client',
    register: true,
    fix: ['store'],
  },
  {
    name: 'the loopback port is compared: registered clients can live with it',
    break: (bench) =>
      authorize(bench, (asked) =>
        asked.get('redirect_uri')?.includes(':33499') ? json({ error: 'invalid_redirect_uri' }, 400) : undefined,
      ),
    cause: 'authz.redirect-port',
    level: 'warn',
    register: true,
    fix: ['Ignore the port'],
  },
  {
    name: 'the loopback port is compared, and Claude Code has another one each time',
    break: (bench) =>
      authorize(bench, (asked) =>
        asked.get('redirect_uri')?.includes(':33499') ? json({ error: 'invalid_redirect_uri' }, 400) : undefined,
      ),
    cause: 'authz.redirect-port',
    register: true,
    client: 'claude-code',
    fix: ['Ignore the port'],
  },
  {
    name: 'the loopback port is compared, and clients name themselves by a document without ports',
    break: (bench) => {
      bench.metadata['client_id_metadata_document_supported'] = true;
      authorize(bench, (asked) =>
        asked.get('redirect_uri')?.includes(':33499') ? json({ error: 'invalid_redirect_uri' }, 400) : undefined,
      );
    },
    cause: 'authz.redirect-port',
    register: true,
    fix: ['Ignore the port'],
  },
  {
    name: 'the login is refused in JSON in place of a redirect, as Better Auth answers fetch()',
    break: (bench) =>
      authorize(bench, (asked) => {
        const back = new URLSearchParams({ error: 'invalid_scope', iss: bench.issuer });
        return json({ redirect: true, url: `${asked.get('redirect_uri')}?${back}` });
      }),
    cause: 'authz.scope',
    register: true,
    fix: ['scope'],
  },
  {
    name: 'no connection for registered clients',
    break: (bench) =>
      authorize(bench, () => page('<p>invalid_request: no connections enabled for the client</p>', 400)),
    cause: 'authz.connection',
    register: true,
    fix: ['domain level'],
  },
  {
    name: 'the resource is not known',
    break: (bench) => authorize(bench, (asked, back) => (asked.has('resource') ? back('invalid_target') : undefined)),
    cause: 'authz.resource',
    register: true,
    fix: (bench) => [`identifier ${bench.url}`],
  },
  {
    name: 'the resource is not known, said without words',
    break: (bench) => authorize(bench, (asked) => (asked.has('resource') ? page('<h1>Error</h1>', 400) : undefined)),
    cause: 'authz.resource',
    register: true,
    fix: (bench) => [bench.url],
  },
  {
    name: 'the scopes are not granted to new clients',
    break: (bench) => void (bench.scopes = []),
    cause: 'authz.scope',
    register: true,
    fix: ['newly registered clients'],
    repair: (bench) => void (bench.scopes = ['read:tasks', 'write:tasks']),
  },
  {
    name: 'offline_access is offered and refused',
    break: (bench) =>
      authorize(bench, (asked, back) => (asked.get('scope')?.includes('offline') ? back('invalid_scope') : undefined)),
    cause: 'authz.scope',
    level: 'warn',
    register: true,
    fix: ['offline_access'],
  },
  {
    name: 'a scope of the metadata is not granted',
    break: (bench) => void (bench.scopes = ['read:tasks']),
    cause: 'authz.scope',
    register: true,
    fix: ['newly registered clients'],
    repair: (bench) => void (bench.prm['scopes_supported'] = ['read:tasks']),
  },
  {
    name: 'one of two instances forgets clients',
    break: (bench) => {
      let turn = 0;
      authorize(bench, () => (turn++ % 2 === 0 ? undefined : json({ error: 'invalid_client' }, 400)));
    },
    cause: 'authz.client',
    register: true,
    fix: ['store'],
  },
  {
    name: 'the consent page may not lead back',
    break: (bench) =>
      authorize(bench, (asked) =>
        asked.get('prompt') === 'none'
          ? undefined
          : page('<form></form>', 200, { 'content-security-policy': "default-src 'self'; form-action 'self'" }),
      ),
    cause: 'authz.csp',
    register: true,
    fix: ['form-action'],
  },
  {
    name: 'the issuer is promised and not sent',
    break: (bench) =>
      authorize(bench, (asked) =>
        asked.get('prompt') === 'none' ? redirect(`${asked.get('redirect_uri')}?error=login_required`) : undefined,
      ),
    cause: 'authz.iss',
    register: true,
    fix: (bench) => [`iss=${bench.issuer}`],
  },
  {
    name: 'the issuer is sent and not promised',
    break: (bench) => void delete bench.metadata['authorization_response_iss_parameter_supported'],
    cause: 'authz.iss',
    level: 'warn',
    register: true,
    fix: ['"authorization_response_iss_parameter_supported": true'],
  },
  {
    name: 'the token endpoint reads no forms',
    break: (bench) => token(bench, json({ error: 'Unsupported Media Type' }, 415)),
    cause: 'tokep.form',
    fix: ['urlencoded'],
  },
  {
    name: 'CSRF protection on the token endpoint',
    break: (bench) => token(bench, page('<h1>CSRF token missing</h1>', 403)),
    cause: 'tokep.form',
    fix: ['CSRF'],
  },
  {
    name: 'the token endpoint says 200 to an error',
    break: (bench) => token(bench, json({ ok: false, error: 'invalid_code' })),
    cause: 'tokep.errors',
    fix: ['400'],
  },
  {
    name: 'the token endpoint breaks',
    break: (bench) => token(bench, json({ error: 'server_error' }, 500)),
    cause: 'tokep.errors',
    fix: ['invalid_grant'],
  },
  {
    name: 'an unknown client is not told so',
    break: (bench) => token(bench, json({ error: 'invalid_grant' }, 400)),
    cause: 'tokep.invalid-client',
    level: 'warn',
    fix: ['invalid_client'],
  },
  {
    name: 'client_secret_basic is advertised and not read',
    break: (bench) => {
      bench.metadata['token_endpoint_auth_methods_supported'] = ['none', 'client_secret_basic'];
      bench.hooks.token = (ask, usual) =>
        ask.headers['authorization']
          ? json({ error: 'invalid_request', error_description: 'missing field client_id' }, 400)
          : usual();
    },
    cause: 'tokep.auth-method',
    fix: ['Authorization header'],
  },
  {
    name: 'no CORS at the authorization server',
    break: (bench) => {
      bench.hooks.register = bench.hooks.token = (ask, usual) =>
        ask.method === 'OPTIONS' ? json({}, 405, { 'access-control-allow-origin': 'https://app.example' }) : usual();
    },
    cause: 'cors.as',
    level: 'warn',
    fix: ['cross-origin'],
  },
];
