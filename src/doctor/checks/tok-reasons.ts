import type { Evidence } from '../evidence.ts';
import { isEntra } from '../vendors.ts';

/** Why issuers usually differ, by what they look like. */
export function issuerFix(found: string, expected: string): string {
  if (`${found}/` === expected || `${expected}/` === found) {
    return `Only the slash at the end differs: configure the issuer as ${found}, byte for byte as the tokens have it.`;
  }
  if (found.includes('sts.windows.net')) {
    return 'Entra gives tokens of version 1: set requestedAccessTokenVersion (api.requestedAccessTokenVersion) to 2 in the manifest of the API.';
  }
  if (URL.canParse(found) && URL.canParse(expected)) {
    const [a, b] = [new URL(found), new URL(expected)];
    if (a.host !== b.host && a.pathname === b.pathname && a.pathname.includes('/realms/')) {
      return `Keycloak is known under two hosts: set KC_HOSTNAME to ${b.origin}, so that tokens name the public one.`;
    }
    if (a.host === b.host) return `Path or scheme differ: get the token from ${expected}, or configure ${found}.`;
  }
  return `Get the token from ${expected}, or configure the server (add-auth: MCP_AUTH_ISSUER) with ${found || 'the issuer of the tokens'}.`;
}

/** The usual reasons for a wrong audience, by who issued the token. */
export function audienceFix({ token, as }: Evidence, found: string[], expected: string): string {
  const issuer = String(token?.claims['iss'] ?? as?.issuer ?? '');
  const { client_id: clientId, azp } = token?.claims ?? {};
  if (isEntra(issuer)) {
    return `Entra names the API by its application id in tokens of version 2: let clients ask for scopes with the identifier of that API before them (${expected}/SCOPE), and set MCP_AUTH_AUDIENCE to the id (add-auth --provider entra does).`;
  }
  if (token?.claims['cid'] !== undefined && issuer.includes('/oauth2/')) {
    return `Okta puts the one audience of the authorization server into every token, whatever it was asked for: use one that has ${expected} (add-auth --provider okta finds or makes it), or set MCP_AUTH_AUDIENCE to that of the tokens.`;
  }
  if (issuer.includes('cognito-idp')) {
    return 'Cognito puts no audience into access tokens unless a resource server with the URL as identifier exists and clients send resource; else configure the check of client_id.';
  }
  if (found.includes('authenticated') || issuer.includes('supabase')) {
    return 'Supabase issues aud "authenticated": set MCP_AUTH_AUDIENCE=authenticated (add-auth --provider supabase does).';
  }
  if (issuer.includes('auth0.com')) {
    return `Auth0: create an API with the identifier ${expected}, and switch on Settings > Advanced > Resource Parameter Compatibility Profile, so that resource counts; or configure AUTH0_AUDIENCE with the API that is meant.`;
  }
  if (issuer.includes('workos') || found.some((each) => each.startsWith('client_'))) {
    return `WorkOS puts the client id into aud until a resource indicator ${expected} is set for the environment (Connect > Configuration).`;
  }
  if (found.some((each) => each === clientId || each === azp)) {
    return `The audience is the client id: let clients send resource=${expected}, and create an API (resource server) with that identifier at the authorization server.`;
  }
  return `Let clients send resource=${expected} and let the authorization server put it into aud; or configure the server (add-auth: MCP_AUTH_AUDIENCE) with the audience of the tokens.`;
}
