import { meta } from './meta.ts';

/** Checks of the way to the endpoint, and of its answer to a request without token. */
export const NETWORK = {
  'net.url': meta('The URL can be one of an MCP endpoint', { spec: 'MCP authorization, canonical server URI' }),
  'net.dns': meta('The host name has an address', { requires: ['net.url'] }),
  'net.port': meta('The port is one that clients reach', { requires: ['net.dns'] }),
  'net.tls': meta('The connection is encrypted and trusted', { requires: ['net.dns'], spec: 'OAuth 2.1 §1.5' }),
  'net.reach': meta('The server answers', { requires: ['net.dns', 'net.tls'] }),
  'net.latency': meta('Answers come before clients give up', { requires: ['net.reach'] }),
  'net.tunnel': meta('No tunnel page stands in front', { requires: ['net.reach', 'net.latency'] }),
  'net.edge': meta('No firewall turns MCP clients away', { requires: ['net.reach', 'net.latency', 'net.tunnel'] }),
  'net.redirect': meta('The endpoint answers without a redirect', {
    requires: ['net.reach', 'net.latency', 'net.tunnel'],
    explainedBy: ['src.mount'],
  }),
} as const;

export const ENDPOINT = {
  'mcp.host': meta('The server accepts this host name', {
    requires: ['net.reach', 'net.latency', 'net.tunnel'],
    explainedBy: ['src.host-guard'],
  }),
  'mcp.endpoint': meta('There is an MCP endpoint at this path', {
    requires: ['net.redirect', 'net.edge', 'mcp.host', 'net.tunnel'],
    explainedBy: ['src.mount'],
  }),
  'mcp.transport': meta('The endpoint speaks Streamable HTTP', { requires: ['mcp.endpoint'] }),
  'ch.status': meta('A request without token is answered with 401', {
    requires: ['mcp.transport'],
    spec: 'RFC 6750 §3, MCP authorization',
    explainedBy: ['src.middleware-order'],
  }),
  'ch.header': meta('The 401 carries WWW-Authenticate', {
    requires: ['ch.status'],
    spec: 'RFC 6750 §3, RFC 9110 §11.6.1',
    explainedBy: ['src.challenge'],
  }),
  'ch.scheme': meta('The challenge begins with Bearer', { requires: ['ch.header'], spec: 'RFC 6750 §3' }),
  'ch.resource-metadata': meta('The challenge names the metadata', {
    requires: ['ch.scheme'],
    spec: 'RFC 9728 §5.1',
    explainedBy: ['src.proxy-trust', 'env.public-url'],
  }),
  'ch.scope': meta('The challenge asks for the right scopes', { requires: ['ch.scheme'], spec: 'RFC 6750 §3' }),
  'ch.invalid-token': meta('A bad token is answered with a challenge too', {
    requires: ['ch.header', 'rs.rejects-garbage', 'rs.error-mapping'],
    spec: 'RFC 6750 §3.1',
  }),
} as const;
