import { isLoopback } from '../oauth/loopback.ts';

/** What registrations (RFC 7591) and client-ID metadata documents may bring along; anything can be missing. */
export interface ClientMetadata {
  client_id?: string | undefined;
  token_endpoint_auth_method?: string | undefined;
  application_type?: string | undefined;
  redirect_uris?: unknown;
  grant_types?: unknown;
  response_types?: unknown;
  scope?: unknown;
}

const GRANT_TYPES = ['authorization_code', 'refresh_token'];

/**
 * Brings a client's metadata into the form this server works with; RFC 7591 §3.2.1 lets it replace values.
 * Without it half of today's clients could not register, or not step up later.
 * @returns what is wrong with the redirect URIs, if anything
 */
export function adaptClient(metadata: ClientMetadata): string | undefined {
  // Clients register with the scope of their first challenge. It must not cap what they may ask for later.
  delete metadata.scope;
  if (Array.isArray(metadata.grant_types)) {
    metadata.grant_types = metadata.grant_types.filter((type) => GRANT_TYPES.includes(type as string));
  }
  metadata.response_types = ['code'];
  // Whoever publishes its metadata at a URL has no shared secret; the library's default is that of RFC 7591 §2.
  const isDocument = metadata.client_id?.startsWith('https://') === true;
  if (isDocument && metadata.token_endpoint_auth_method?.startsWith('client_secret_')) {
    metadata.token_endpoint_auth_method = 'none';
  }
  const uris: unknown[] = Array.isArray(metadata.redirect_uris) ? metadata.redirect_uris : [];
  const refused = uris.find((uri) => !isAllowedRedirect(uri));
  if (refused !== undefined)
    return `redirect URI ${JSON.stringify(refused)} must be https, loopback or an app's own scheme`;
  // Few clients send an application_type. `native` means: any loopback port (RFC 8252 §7.3) and own schemes.
  metadata.application_type = uris.every((uri) => new URL(uri as string).protocol === 'https:') ? 'web' : 'native';
  return undefined;
}

/** https anywhere, http on this machine, or a scheme of an app's own (`cursor://…`, `vscode://…`; RFC 8252 §7). */
function isAllowedRedirect(uri: unknown): boolean {
  if (typeof uri !== 'string' || !URL.canParse(uri)) return false;
  const { protocol, hostname, hash } = new URL(uri);
  if (hash !== '' || uri.includes('#')) return false;
  if (protocol === 'http:') return isLoopback(hostname);
  // What a browser would run or open by itself is no scheme of an app.
  return !['javascript:', 'vbscript:', 'data:', 'blob:', 'file:', 'about:', 'filesystem:'].includes(protocol);
}
