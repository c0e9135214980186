import { meta, PROJECT } from './meta.ts';

/** Checks that read the project. */
export const STATIC = {
  'env.load': meta('The variables of the server are set', { needs: PROJECT }),
  'env.format': meta('The variables of the server are well formed', { needs: PROJECT, requires: ['env.load'] }),
  'env.public-url': meta('The public URL is the one that clients type', { needs: PROJECT, requires: ['env.format'] }),
  'src.prm-route': meta('The code serves protected resource metadata', { needs: PROJECT, spec: 'RFC 9728 §3' }),
  'src.challenge': meta('Every 401 of the code carries a challenge', { needs: PROJECT, spec: 'RFC 6750 §3' }),
  'src.middleware-order': meta('The gate stands before the routes, and not before the metadata', { needs: PROJECT }),
  'src.verifier-errors': meta('A bad token becomes a 401, not a 500', { needs: PROJECT, spec: 'RFC 6750 §3.1' }),
  'src.verifier-expiry': meta('The verifier hands on when the token ends', { needs: PROJECT }),
  'src.verifier-claims': meta('Signature, issuer and audience are verified', { needs: PROJECT, spec: 'RFC 8707 §2' }),
  'src.scopes-kw': meta('Scopes are enforced, and every tool has its own', { needs: PROJECT }),
  'src.host-guard': meta('The host guard knows the public host', { needs: PROJECT }),
  'src.proxy-trust': meta('URLs do not come from what a proxy or client says', { needs: PROJECT }),
  'src.cors': meta('Browsers may read what they need', { needs: PROJECT }),
  'src.mount': meta('The MCP app is mounted where clients look', { needs: PROJECT, spec: 'RFC 9728 §3.1' }),
  'src.lifespan': meta('The lifespan of the MCP app is handed on', { needs: PROJECT }),
  'src.session-store': meta('Sessions and clients outlive a restart', { needs: PROJECT }),
  // Bad as they may be, these keep no client from connecting.
  'src.versions': meta('The MCP packages are recent enough', { needs: PROJECT }),
  'env.secrets': meta('No secret lies where others can read it', { needs: PROJECT }),
} as const;
