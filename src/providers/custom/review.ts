import type { AuthorizationServer } from 'oauth4webapi';
import { scopeCatalogue } from '../../scopes/catalogue.ts';
import type { ScopeMap, Warning } from '../../types.ts';

/** One thing MCP clients look for in the metadata. Undefined: it is there. */
type Rule = (metadata: AuthorizationServer, scopes: ScopeMap) => Warning | undefined;

/**
 * What is missing for MCP clients in an authorization server's metadata. Tokens could still be verified, so nothing
 * here stops the run. The most harmful comes first.
 */
export function reviewMetadata(metadata: AuthorizationServer, scopes: ScopeMap): Warning[] {
  return RULES.map((rule) => rule(metadata, scopes)).filter((warning) => warning !== undefined);
}

const endpoints: Rule = (metadata) => {
  const missing = (['authorization_endpoint', 'token_endpoint'] as const).filter((name) => !metadata[name]);
  if (missing.length === 0) return undefined;
  return {
    message: `The metadata names no ${missing.join(' and no ')}: people cannot log in.`,
    fix: 'Enable the authorization code flow on the authorization server.',
  };
};

const responseType: Rule = ({ response_types_supported: types }) => {
  if (!Array.isArray(types) || types.includes('code')) return undefined;
  return {
    message: 'The authorization server does not offer the authorization code flow (response_types_supported).',
    fix: 'Enable response type "code"; MCP clients use no other.',
  };
};

/** MCP authorization: clients MUST refuse to proceed when code_challenge_methods_supported is absent. */
const pkce: Rule = ({ code_challenge_methods_supported: methods }) => {
  if (Array.isArray(methods) && methods.includes('S256')) return undefined;
  return {
    message: Array.isArray(methods)
      ? `PKCE S256 is not among code_challenge_methods_supported (${methods.join(', ')}): clients will refuse to log in.`
      : 'PKCE is not advertised (code_challenge_methods_supported is missing): clients must refuse to log in.',
    fix: 'Enable PKCE with S256 on the authorization server and let its metadata say so.',
  };
};

const registration: Rule = (metadata) => {
  if (metadata.registration_endpoint || metadata['client_id_metadata_document_supported'] === true) return undefined;
  return {
    message: 'Clients cannot register themselves: neither registration_endpoint nor client-ID metadata documents.',
    fix: 'Register each client by hand and give people its client id, or enable dynamic registration (RFC 7591).',
  };
};

/** A public client has no secret; RFC 8414 §2: the default, when the list is missing, is client_secret_basic only. */
const publicClients: Rule = ({ token_endpoint_auth_methods_supported: methods }) => {
  if (!Array.isArray(methods) || methods.includes('none')) return undefined;
  return {
    message: `Public clients are not advertised (token_endpoint_auth_methods_supported: ${methods.join(', ')}).`,
    fix: 'Allow the method "none": most MCP clients keep no secret.',
  };
};

const scopesSupported: Rule = ({ scopes_supported: supported }, scopes) => {
  if (!Array.isArray(supported)) return undefined;
  const missing = scopeCatalogue(scopes).filter((scope) => !supported.includes(scope));
  if (missing.length === 0) return undefined;
  return {
    message: `scopes_supported does not list ${missing.join(', ')}.`,
    fix: 'Create these scopes on the authorization server, or change the map with --tool-scope.',
  };
};

/** RFC 9207 protects against mix-up; the MCP specification of 2026-07-28 asks for it (SHOULD). */
const issuerParameter: Rule = (metadata) => {
  if (metadata.authorization_response_iss_parameter_supported === true) return undefined;
  return {
    message: 'Authorization responses carry no "iss" (RFC 9207); clients work, but less safely.',
    fix: 'Enable the issuer identification parameter if the authorization server has it.',
  };
};

const RULES: Rule[] = [endpoints, responseType, pkce, registration, publicClients, scopesSupported, issuerParameter];
