/** A well-known MCP client: how an authorization server gets to know it without dynamic registration. */
export interface KnownClient {
  id: string;
  label: string;
  /** The URL of the metadata document that is its client id where that is understood. */
  document?: string;
  /** Where it wants to be called back, for servers at which somebody has to register it. */
  redirectUris: readonly string[];
  /** Where people type a client id, with `{id}` and `{url}`. */
  typed?: string;
}

/**
 * As of 2026-11-21. Documents: Keycloak's guide to MCP authorization, which lists them. Redirect URIs: guides and issues
 * of the vendors, with the rules of each client in `src/doctor/profiles/rules.ts`. ChatGPT has one more for each
 * connector, which only its settings show.
 */
export const KNOWN_CLIENTS: readonly KnownClient[] = [
  {
    id: 'vscode',
    label: 'VS Code',
    document: 'https://vscode.dev/oauth/client-metadata.json',
    redirectUris: [
      'https://insiders.vscode.dev/redirect',
      'https://vscode.dev/redirect',
      'http://127.0.0.1/',
      'http://127.0.0.1:33418/',
    ],
  },
  {
    id: 'claude-code',
    label: 'Claude Code',
    document: 'https://claude.ai/oauth/claude-code-client-metadata',
    redirectUris: ['http://localhost:33418/callback'],
    typed: 'claude mcp add --transport http --client-id {id} --callback-port 33418 NAME {url}',
  },
  {
    id: 'claude',
    label: 'Claude',
    document: 'https://claude.ai/oauth/mcp-oauth-client-metadata',
    redirectUris: ['https://claude.ai/api/mcp/auth_callback', 'https://claude.com/api/mcp/auth_callback'],
    typed: 'Add custom connector, Advanced settings, OAuth Client ID',
  },
  {
    id: 'chatgpt',
    label: 'ChatGPT',
    redirectUris: ['https://chatgpt.com/connector_platform_oauth_redirect'],
    typed: 'settings of the connector; for the callback URL that it shows, run add-auth again with --callback',
  },
  {
    id: 'cursor',
    label: 'Cursor',
    redirectUris: [
      'cursor://anysphere.cursor-mcp/oauth/callback',
      'https://www.cursor.com/agents/mcp/oauth/callback',
      'http://localhost:8787/callback',
    ],
    typed: 'mcp.json: { "mcpServers": { "NAME": { "url": "{url}", "auth": { "CLIENT_ID": "{id}" } } } }',
  },
];

/** Where one of them wants to be called back; nowhere when it is not known. */
export function redirectUrisOf(client: string): readonly string[] {
  return KNOWN_CLIENTS.find(({ id }) => id === client)?.redirectUris ?? [];
}

/** What to type for one client, and where as far as that is known. @param clientId `undefined` before it is known */
export function clientIdLine(client: string, label: string, clientId: string | undefined, url: string): string {
  const id = clientId ?? '(known after the run)';
  const { typed } = KNOWN_CLIENTS.find((known) => known.id === client) ?? {};
  const line = `${label}: ${id}`;
  return typed === undefined ? line : `${line}\n    ${typed.replace('{id}', id).replace('{url}', url)}`;
}
