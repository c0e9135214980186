import { AS, meta, TOKEN } from './meta.ts';

/** Checks of a token, of the answers to it, and of what browsers may do. */
export const USE = {
  'tok.format': meta('The token is a JWT', { requires: ['jwks.uri'], needs: TOKEN, spec: 'RFC 9068 §2' }),
  'tok.type': meta('It is an access token', { requires: ['tok.format'], needs: TOKEN, spec: 'RFC 9068 §4' }),
  'tok.alg': meta('It is signed with a key pair', { requires: ['tok.format'], needs: TOKEN, spec: 'RFC 8725 §3.1' }),
  'tok.kid': meta('Its key is among the published ones', {
    requires: ['tok.format', 'tok.alg', 'jwks.keys', 'jwks.alg'],
    needs: TOKEN,
    spec: 'RFC 7515 §4.1.4',
  }),
  'tok.sig': meta('Its signature is right', { requires: ['tok.kid'], needs: TOKEN, spec: 'RFC 7515 §5.2' }),
  'tok.iss': meta('It comes from the authorization server', {
    requires: ['tok.format', 'as.json'],
    needs: TOKEN,
    spec: 'RFC 9068 §4',
    explainedBy: ['env.format'],
  }),
  'tok.aud': meta('It is meant for this server', {
    requires: ['tok.format', 'tok.type', 'prm.schema'],
    needs: TOKEN,
    spec: 'RFC 8707 §2, RFC 9068 §4',
  }),
  'tok.time': meta('It is valid now', { requires: ['tok.format'], needs: TOKEN, spec: 'RFC 7519 §4.1.4' }),
  'tok.scope': meta('It opens the tools', {
    requires: ['tok.format', 'tok.type'],
    needs: TOKEN,
    spec: 'RFC 9068 §2.2.3',
  }),
  'rs.error-mapping': meta('A bad token is the fault of the client, not of the server', {
    requires: ['ch.status', 'rs.rejects-garbage'],
    spec: 'RFC 6750 §3.1',
    explainedBy: ['src.verifier-errors'],
  }),
  'rs.rejects-garbage': meta('A token that nobody issued is refused', {
    requires: ['ch.status'],
    spec: 'OAuth 2.1 §5.2',
    explainedBy: ['src.verifier-claims'],
  }),
  'rs.accepts': meta('The server accepts the token', {
    requires: [
      ...['tok.format', 'tok.type', 'tok.alg', 'tok.kid', 'tok.sig', 'tok.iss', 'tok.aud', 'tok.time', 'tok.scope'],
      ...['ch.invalid-token', 'rs.error-mapping', 'rs.rejects-garbage', 'rs.scope-403', 'jwks.alg', 'jwks.app'],
    ],
    needs: ['live', 'token'],
    spec: 'OAuth 2.1 §5.2',
    explainedBy: ['src.verifier-expiry'],
  }),
  'rs.audience-enforced': meta('A token for another server is refused', {
    requires: ['rs.rejects-garbage'],
    needs: ['live', 'token'],
    spec: 'RFC 8707 §2',
    explainedBy: ['src.verifier-claims'],
  }),
  'rs.scope-403': meta('A missing scope is answered so that clients ask for it', {
    requires: ['rs.rejects-garbage'],
    needs: ['live', 'token'],
    spec: 'RFC 6750 §3.1',
  }),
  'rs.session': meta('An unknown session is answered with 404', {
    requires: ['rs.accepts'],
    needs: ['live', 'token'],
    spec: 'MCP transports, session management',
  }),
  'cors.preflight': meta('Web pages may call the server', {
    requires: ['mcp.endpoint'],
    spec: 'Fetch §4.8',
    explainedBy: ['src.middleware-order', 'src.cors'],
  }),
  'cors.expose': meta('Web pages may read the challenge', {
    requires: ['cors.preflight', 'ch.header'],
    spec: 'Fetch §3.3.4',
    explainedBy: ['src.cors'],
  }),
  'cors.as': meta('Web pages may call the authorization server', {
    needs: AS,
    requires: ['as.schema'],
    spec: 'Fetch §4.8',
  }),
  'cors.duplicate': meta('CORS headers are sent once', { requires: ['mcp.endpoint'], spec: 'Fetch §4.10' }),
  'client.cache': meta('No client remembers an old login', {}),
  'client.config': meta('The client is configured with this URL', {}),
} as const;
