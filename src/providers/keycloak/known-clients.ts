/**
 * Hosts that the registrations of MCP clients name, in their redirect URIs or as `client_uri`: the policy Trusted Hosts
 * compares both. From vendors' guides and issues, read 2026-11-21: VS Code as in Azure-Samples/python-mcp-demos#22 and
 * OpenLiberty/open-liberty#35062; the scheme of Cursor has a host of its own; the MCP Inspector and mcp-remote give
 * their repositories as `client_uri`.
 */
export const CLIENT_HOSTS: readonly string[] = [
  'localhost',
  '127.0.0.1',
  '[::1]',
  'claude.ai',
  'claude.com',
  'chatgpt.com',
  'vscode.dev',
  'insiders.vscode.dev',
  'code.visualstudio.com',
  'anysphere.cursor-mcp',
  'www.cursor.com',
  'github.com',
];

/** Origins of clients that run in a browser, and register from there (Keycloak 26.6 and newer can let them). */
export const BROWSER_CLIENTS: readonly string[] = ['http://localhost:6274'];
