import { AS, meta } from './meta.ts';

/** Checks of what the server and its authorization server publish. */
export const METADATA = {
  'prm.reachable': meta('Protected resource metadata can be fetched by anybody', {
    requires: ['mcp.endpoint'],
    spec: 'RFC 9728 §3.1',
    explainedBy: ['src.prm-route', 'src.middleware-order', 'src.mount'],
  }),
  'prm.json': meta('They are JSON', { requires: ['prm.reachable'], spec: 'RFC 9728 §3.2' }),
  'prm.schema': meta('They have what clients need', { requires: ['prm.json'], spec: 'RFC 9728 §2' }),
  'prm.resource': meta('They are about the URL that clients type', {
    requires: ['prm.schema'],
    spec: 'RFC 9728 §3.3',
    explainedBy: ['src.proxy-trust', 'env.public-url'],
  }),
  'prm.as': meta('They name an authorization server that exists', {
    requires: ['prm.schema'],
    spec: 'RFC 9728 §2',
    explainedBy: ['env.format'],
  }),
  'prm.scopes': meta('They list scopes that make sense', { requires: ['prm.schema'], spec: 'RFC 9728 §2' }),
  'prm.variants': meta('They are at both places where clients look', {
    requires: ['prm.json'],
    spec: 'RFC 9728 §3.1',
  }),
  'as.reachable': meta('The authorization server publishes its metadata', {
    needs: AS,
    requires: ['prm.as'],
    spec: 'RFC 8414 §3, OpenID Connect Discovery §4',
    explainedBy: ['env.format'],
  }),
  'as.json': meta('They are JSON', { needs: AS, requires: ['as.reachable'], spec: 'RFC 8414 §3.2' }),
  'as.schema': meta('They have what clients need', { needs: AS, requires: ['as.json'], spec: 'RFC 8414 §2' }),
  'as.issuer': meta('The issuer is the same in both documents', {
    needs: AS,
    requires: ['as.json'],
    spec: 'RFC 8414 §3.3',
    explainedBy: ['env.format'],
  }),
  'as.pkce': meta('PKCE with S256 is offered', { needs: AS, requires: ['as.schema'], spec: 'OAuth 2.1 §7.5.2' }),
  'as.grants': meta('Logins and refreshes are offered', { needs: AS, requires: ['as.schema'], spec: 'RFC 8414 §2' }),
  'as.auth-methods': meta('Clients without a secret are accepted', {
    needs: AS,
    requires: ['as.schema'],
    spec: 'RFC 8414 §2',
  }),
  'as.iss-param': meta('The answer to a login names its issuer', {
    needs: AS,
    requires: ['as.schema'],
    spec: 'RFC 9207 §3',
  }),
  'as.endpoints': meta('Its endpoints exist and are encrypted', {
    needs: AS,
    requires: ['as.schema'],
    spec: 'OAuth 2.1 §1.5',
  }),
  'as.scopes': meta('It knows the scopes that the server lists', {
    needs: AS,
    requires: ['as.schema', 'prm.schema'],
    spec: 'RFC 8414 §2',
  }),
  'jwks.uri': meta('The metadata name the signing keys', { needs: AS, requires: ['as.schema'], spec: 'RFC 8414 §2' }),
  'jwks.reachable': meta('The signing keys can be fetched', {
    needs: AS,
    requires: ['jwks.uri'],
    spec: 'RFC 7517 §5',
    explainedBy: ['env.format'],
  }),
  'jwks.json': meta('They are JSON', { needs: AS, requires: ['jwks.reachable'], spec: 'RFC 7517 §5' }),
  'jwks.keys': meta('They are public keys that can verify', {
    needs: AS,
    requires: ['jwks.json'],
    spec: 'RFC 7517 §4',
  }),
  'jwks.alg': meta('Their algorithms are ones that servers accept', {
    needs: AS,
    requires: ['jwks.keys'],
    spec: 'RFC 9068 §4',
  }),
  'jwks.app': meta('The server itself uses these keys', { requires: ['jwks.keys', 'ch.status'] }),
} as const;
