import { AS, meta, REGISTER } from './meta.ts';

/** Checks of registration, login page and token endpoint. */
export const LOGIN = {
  'reg.method': meta('A new client can get an identity', {
    needs: AS,
    requires: ['as.schema'],
    spec: 'MCP authorization, client registration',
  }),
  'reg.dcr': meta('A client can register', { requires: ['reg.method'], needs: REGISTER, spec: 'RFC 7591 §3' }),
  'reg.redirects': meta('The redirect URIs of the clients are accepted', {
    requires: ['reg.dcr'],
    needs: REGISTER,
    spec: 'RFC 8252 §7',
  }),
  'reg.response': meta('The answer to a registration is complete', {
    requires: ['reg.dcr'],
    needs: REGISTER,
    spec: 'RFC 7591 §3.2.1',
  }),
  'reg.cimd': meta('Client-ID metadata documents are accepted', {
    needs: AS,
    requires: ['reg.method'],
    spec: 'draft-ietf-oauth-client-id-metadata-document',
  }),
  'reg.static': meta('A client id was handed out by hand', { needs: AS, requires: ['reg.method'] }),
  'authz.client': meta('A registered client may ask for a login', {
    requires: ['reg.response'],
    needs: REGISTER,
    spec: 'RFC 6749 §4.1.1',
  }),
  'authz.redirect-port': meta('Any port of the loopback address will do', {
    requires: ['authz.client'],
    needs: REGISTER,
    spec: 'RFC 8252 §7.3',
  }),
  'authz.connection': meta('There is a way to sign in', { requires: ['authz.client'], needs: REGISTER }),
  'authz.resource': meta('The resource parameter is understood', {
    requires: ['authz.client', 'authz.connection'],
    needs: REGISTER,
    spec: 'RFC 8707 §2',
  }),
  'authz.scope': meta('The scopes are granted to a new client', {
    requires: ['as.scopes', 'authz.client', 'authz.connection', 'authz.resource'],
    needs: REGISTER,
    spec: 'RFC 6749 §4.1.2.1',
  }),
  'authz.csp': meta('The consent page may lead back to the client', {
    requires: ['authz.client'],
    needs: REGISTER,
    spec: 'CSP Level 3 §6.3.1',
  }),
  'authz.iss': meta('The answer to a login names its issuer', {
    requires: ['authz.client'],
    needs: REGISTER,
    spec: 'RFC 9207 §2',
  }),
  'tokep.form': meta('The token endpoint takes a form', {
    needs: AS,
    requires: ['as.endpoints'],
    spec: 'RFC 6749 §4.1.3',
  }),
  'tokep.errors': meta('It says no in JSON with a 4xx', { needs: AS, requires: ['tokep.form'], spec: 'RFC 6749 §5.2' }),
  'tokep.invalid-client': meta('It says when it does not know a client', {
    needs: AS,
    requires: ['tokep.errors'],
    spec: 'RFC 6749 §5.2',
  }),
  'tokep.auth-method': meta('It reads what it advertises', {
    needs: AS,
    requires: ['tokep.errors'],
    spec: 'RFC 6749 §2.3.1',
  }),
  'tokep.refresh': meta('It gives refresh tokens', { needs: AS, requires: ['tokep.errors'], spec: 'RFC 6749 §6' }),
} as const;
