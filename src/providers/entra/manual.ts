import type { ManualStep } from '../../errors.ts';
import { howToType } from '../known-clients.ts';
import { AUTHORIZED_CLIENTS } from './known-clients.ts';
import { scopePrefix } from './facts.ts';
import type { Session } from './session.ts';

const WHAT =
  'Give the client id to people for their MCP clients: Entra lets no client register itself, and none can find the id.';

/**
 * What each client needs.
 * @param server, client their application ids; a text in their place before they are known
 */
export function clientsByHand(
  { resource, scopes, issuer, tenant }: Session,
  server: string,
  client: string,
): ManualStep {
  const asked = scopes.map((scope) => scopePrefix(resource, server) + scope).join(' ');
  const id = issuer.split('/').at(-2) ?? tenant.name;
  const lines = [
    `Client id       ${client}   (no secret)`,
    `${AUTHORIZED_CLIENTS.map(({ label }) => label).join(', ')}         nothing to do: it has an id of its own, which is authorized`,
    `Claude          ${howToType('claude', client, resource)}`,
    `Claude Code     ${howToType('claude-code', client, resource)}`,
    `Cursor          ${howToType('cursor', client, resource)}`,
    'ChatGPT         refuses Entra, whose metadata do not advertise PKCE; should that change: type the client id, and run',
    '                add-auth again with --callback and the callback URL that it shows',
    `mcp-remote      npx mcp-remote ${resource} --static-oauth-client-info '{"client_id":"${client}"}'`,
    ...(asked === '' ? [] : [`Scopes          ${asked}`]),
    `Where users may not consent, an administrator does it for all: ${tenant.login}/${id}/adminconsent?client_id=${client}`,
    'AADSTS9010010: the client sends another "resource" than the identifier URI above, to the byte, or scopes without it.',
  ];
  return { what: WHAT, snippet: lines.join('\n') };
}
