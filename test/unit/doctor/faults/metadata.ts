import { json, page } from '../../../fakes/doctor/answers.ts';
import { notFound, type Bench } from '../../../fakes/doctor/bench.ts';
import type { Fault } from './fault.ts';

const without = (document: Record<string, unknown>, name: string): void => void delete document[name];

export const METADATA_FAULTS: Fault[] = [
  {
    name: 'the metadata of the resource are not served',
    break: (bench) => void (bench.hooks.prm = (ask) => notFound(ask)),
    cause: 'prm.reachable',
    fix: (bench) => [`${bench.origin}/.well-known/oauth-protected-resource/mcp`, `"resource":"${bench.url}"`],
  },
  {
    name: 'the gate protects the metadata too',
    break: (bench) => void (bench.hooks.prm = () => bench.unauthorized()),
    cause: 'prm.reachable',
    fix: ['Exempt /.well-known/*'],
  },
  {
    name: 'the host blocks well-known paths',
    break: (bench) => void (bench.hooks.prm = () => page('Forbidden', 403, { server: 'Apache' })),
    cause: 'prm.reachable',
    fix: ['Allow /.well-known/*'],
  },
  {
    name: 'the metadata are under the mount',
    break: (bench) => {
      bench.hooks.prm = (ask) => notFound(ask);
      bench.hooks.all = (ask, usual) =>
        ask.path === '/mcp/.well-known/oauth-protected-resource' ? json(bench.prm) : usual();
    },
    cause: 'prm.reachable',
    fix: (bench) => [`${bench.origin}/.well-known/oauth-protected-resource/mcp`],
  },
  {
    name: 'the metadata break',
    break: (bench) => void (bench.hooks.prm = () => json({ error: 'oops' }, 500)),
    cause: 'prm.reachable',
    fix: ['log of the server'],
  },
  {
    name: 'the web app answers for the metadata',
    break: (bench) => void (bench.hooks.prm = () => page('<!doctype html><title>App</title>')),
    cause: 'prm.json',
    fix: ['catch-all'],
  },
  {
    name: 'the metadata have no resource',
    break: (bench) => without(bench.prm, 'resource'),
    cause: 'prm.schema',
    fix: (bench) => [`"resource":"${bench.url}"`],
  },
  {
    name: 'the metadata name no authorization server',
    break: (bench) => void (bench.prm['authorization_servers'] = []),
    cause: 'prm.schema',
    fix: ['authorization_servers'],
  },
  {
    name: 'null in the metadata',
    break: (bench) => void (bench.prm['resource_name'] = null),
    cause: 'prm.schema',
    fix: ['leave out'],
  },
  {
    name: 'the resource is the origin',
    break: (bench) => void (bench.prm['resource'] = bench.origin),
    cause: 'prm.resource',
    fix: (bench) => [bench.url],
  },
  {
    name: 'the resource has a slash at the end',
    break: (bench) => void (bench.prm['resource'] = `${bench.url}/`),
    cause: 'prm.resource',
    fix: (bench) => [bench.url],
  },
  {
    name: 'the resource is another host',
    break: (bench) => void (bench.prm['resource'] = 'https://staging.example.com/mcp'),
    cause: 'prm.resource',
    fix: (bench) => [bench.url],
  },
  {
    name: 'localhost instead of 127.0.0.1',
    break: (bench) => void (bench.prm['resource'] = bench.url.replace('127.0.0.1', 'localhost')),
    cause: 'prm.resource',
    fix: (bench) => [`Give clients ${bench.url.replace('127.0.0.1', 'localhost')}`, bench.url],
  },
  {
    name: 'the scheme of a proxy, in challenge and metadata',
    break: (bench) => {
      bench.prm['resource'] = bench.url.replace('http:', 'https:');
      bench.challenge['resource_metadata'] = bench.challenge['resource_metadata']!.replace('http:', 'https:');
    },
    cause: 'prm.resource',
    fix: (bench) => [bench.url, 'trust proxy'],
  },
  {
    name: 'the base URL of another deployment, in challenge and metadata',
    break: (bench) => {
      bench.prm['resource'] = 'https://staging.invalid/mcp';
      bench.challenge['resource_metadata'] = 'https://staging.invalid/.well-known/oauth-protected-resource/mcp';
    },
    cause: 'prm.resource',
    fix: (bench) => [bench.url],
  },
  {
    name: 'a metadata URL for an issuer',
    break: (bench) =>
      void (bench.prm['authorization_servers'] = [`${bench.issuer}/.well-known/oauth-authorization-server`]),
    cause: 'prm.as',
    fix: (bench) => [bench.issuer],
  },
  {
    name: 'a host name for an issuer',
    break: (bench) => void (bench.prm['authorization_servers'] = ['login.example.com']),
    cause: 'prm.as',
    fix: ['https://'],
  },
  {
    name: 'an issuer whose host does not exist',
    break: (bench) => void (bench.prm['authorization_servers'] = ['https://tenant.invalid']),
    cause: 'prm.as',
    fix: ['issuer'],
  },
  {
    name: 'plain http for a public issuer',
    break: (bench) => void (bench.prm['authorization_servers'] = ['http://login.example.invalid']),
    cause: 'prm.as',
    fix: ['https://login.example.invalid'],
  },
  {
    name: 'the first of two authorization servers is dead',
    break: (bench) => void (bench.prm['authorization_servers'] = ['http://127.0.0.1:5399', bench.issuer]),
    cause: 'prm.as',
    fix: (bench) => [bench.issuer, 'first'],
  },
  {
    name: 'the resource lists offline_access',
    break: (bench) => void (bench.prm['scopes_supported'] = ['read:tasks', 'offline_access']),
    cause: 'prm.scopes',
    level: 'warn',
    fix: ['offline_access'],
  },
  {
    name: 'the metadata are at the root only',
    break: (bench) => {
      bench.challenge['resource_metadata'] = `${bench.origin}/.well-known/oauth-protected-resource`;
      bench.hooks.prm = (ask, usual) => (ask.path.endsWith('/mcp') ? notFound(ask) : usual());
    },
    cause: 'prm.variants',
    level: 'warn',
    fix: (bench) => [`${bench.origin}/.well-known/oauth-protected-resource/mcp`],
  },
  {
    name: 'the authorization server is down',
    break: (bench) => void (bench.prm['authorization_servers'] = ['http://127.0.0.1:5399']),
    cause: 'as.reachable',
    fix: ['Start the authorization server'],
  },
  {
    name: 'its metadata break',
    break: (bench) => void (bench.hooks.asMetadata = () => json({ error: 'waking up' }, 503)),
    cause: 'as.reachable',
    fix: ['log of the authorization server'],
  },
  {
    name: 'its metadata are not there',
    break: (bench) => void (bench.hooks.asMetadata = (ask) => notFound(ask)),
    cause: 'as.reachable',
    fix: ['issuer'],
  },
  {
    name: 'a web app answers for its metadata',
    break: (bench) => void (bench.hooks.asMetadata = () => page('<!doctype html>')),
    cause: 'as.json',
    fix: ['404'],
  },
  ...slashes(),
  {
    name: 'another issuer',
    break: (bench) => void (bench.metadata['issuer'] = 'https://other.example.com'),
    cause: 'as.issuer',
    fix: ['"https://other.example.com"'],
  },
  { name: 'no issuer', break: (bench) => without(bench.metadata, 'issuer'), cause: 'as.issuer', fix: ['issuer'] },
  {
    name: 'null for a registration endpoint',
    break: (bench) => void (bench.metadata['registration_endpoint'] = null),
    cause: 'as.schema',
    fix: ['leave out'],
  },
  {
    name: 'no token endpoint',
    break: (bench) => without(bench.metadata, 'token_endpoint'),
    cause: 'as.schema',
    fix: ['Complete'],
  },
  {
    name: '"true" in quotes',
    break: (bench) => void (bench.metadata['client_id_metadata_document_supported'] = 'true'),
    cause: 'as.schema',
    fix: ['without quotes'],
  },
  {
    name: 'PKCE with plain only',
    break: (bench) => void (bench.metadata['code_challenge_methods_supported'] = ['plain']),
    cause: 'as.pkce',
    fix: ['S256'],
  },
  {
    name: 'no PKCE in the metadata',
    break: (bench) => without(bench.metadata, 'code_challenge_methods_supported'),
    cause: 'as.pkce',
    fix: ['"code_challenge_methods_supported": ["S256"]'],
  },
  {
    name: 'no authorization code grant',
    break: (bench) => void (bench.metadata['grant_types_supported'] = ['client_credentials', 'refresh_token']),
    cause: 'as.grants',
    fix: ['authorization code'],
  },
  {
    name: 'no refresh tokens',
    break: (bench) => void (bench.metadata['grant_types_supported'] = ['authorization_code']),
    cause: 'as.grants',
    level: 'warn',
    fix: ['refresh token'],
  },
  {
    name: 'no clients without a secret',
    break: (bench) => void (bench.metadata['token_endpoint_auth_methods_supported'] = ['client_secret_post']),
    cause: 'as.auth-methods',
    level: 'warn',
    fix: ['"none"'],
  },
  {
    name: 'a token endpoint that does not exist',
    break: (bench) => void (bench.metadata['token_endpoint'] = `${bench.issuer}/oauth/token`),
    cause: 'as.endpoints',
    fix: (bench) => [`${bench.issuer}/oauth/token`],
  },
  {
    name: 'a token endpoint over plain http',
    break: (bench) => void (bench.metadata['token_endpoint'] = 'http://login.example.com/token'),
    cause: 'as.endpoints',
    fix: ['https://login.example.com/token'],
  },
  {
    name: 'a scope that the authorization server does not know',
    break: (bench) => void (bench.prm['scopes_supported'] = ['read:tasks', 'admin:tasks']),
    cause: 'as.scopes',
    fix: ['admin:tasks'],
  },
  {
    name: 'an empty list of scopes',
    break: (bench) => void (bench.metadata['scopes_supported'] = []),
    cause: 'as.scopes',
    level: 'warn',
    fix: ['scopes_supported'],
  },
  {
    name: 'no jwks_uri',
    break: (bench) => without(bench.metadata, 'jwks_uri'),
    cause: 'jwks.uri',
    level: 'warn',
    fix: ['jwks_uri'],
  },
  {
    name: 'keys at another path',
    break: (bench) => void (bench.hooks.jwks = (ask) => notFound(ask)),
    cause: 'jwks.reachable',
    fix: ['jwks_uri'],
  },
  {
    name: 'a login page for keys',
    break: (bench) => void (bench.hooks.jwks = () => page('<!doctype html>')),
    cause: 'jwks.json',
    fix: ['{"keys":'],
  },
  { name: 'no keys', break: (bench) => void (bench.keys = { keys: [] }), cause: 'jwks.keys', fix: ['signing key'] },
  {
    name: 'a shared secret for a key',
    break: (bench) => void (bench.keys = { keys: [{ kty: 'oct', k: 'c2VjcmV0', kid: 's' }] }),
    cause: 'jwks.keys',
    fix: ['asymmetric'],
  },
  {
    name: 'a private key among the published ones',
    break: async (bench) => void (bench.keys = { keys: [{ ...(await bench.privateJwk), kid: 'k1', alg: 'ES256' }] }),
    cause: 'jwks.keys',
    fix: ['replace the key'],
  },
  {
    name: 'keys for an algorithm that nobody verifies with',
    break: (bench) => void (bench.keys = { keys: [{ ...bench.keys.keys[0]!, alg: 'ES256K' }] }),
    cause: 'jwks.alg',
    fix: ['ES256'],
  },
];

/** The slash at the end of an issuer, both ways. */
function slashes(): Fault[] {
  return [
    {
      name: 'the issuer has a slash at the end, the resource lacks it',
      break: (bench: Bench) => void (bench.metadata['issuer'] = `${bench.issuer}/`),
      cause: 'as.issuer',
      fix: (bench) => [`"${bench.issuer}/"`, 'authorization_servers'],
      repair: (bench) => {
        bench.prm['authorization_servers'] = [`${bench.issuer}/`];
      },
    },
    {
      name: 'the resource has a slash at the end, the issuer lacks it',
      break: (bench: Bench) => void (bench.prm['authorization_servers'] = [`${bench.issuer}/`]),
      cause: 'as.issuer',
      fix: (bench) => [`"${bench.issuer}"`],
    },
  ];
}
