/**
 * Clients that identify themselves by the URL of a metadata document, as of 2026-11-21. Source: Keycloak's guide to MCP
 * authorization, which lists them; Auth0 fetches and checks the documents itself when it imports them.
 */
export const KNOWN_CLIENTS = [
  { id: 'vscode', label: 'VS Code', url: 'https://vscode.dev/oauth/client-metadata.json' },
  { id: 'claude-code', label: 'Claude Code', url: 'https://claude.ai/oauth/claude-code-client-metadata' },
  { id: 'claude', label: 'Claude', url: 'https://claude.ai/oauth/mcp-oauth-client-metadata' },
] as const;
