import { isLoopback } from '../../oauth/loopback.ts';
import { KNOWN_CLIENTS } from '../known-clients.ts';

/**
 * Clients that sign in at Entra with an id of their own, as of 2026-11-21. VS Code:
 * learn.microsoft.com/azure/app-service/configure-authentication-mcp-server-vscode
 */
export const AUTHORIZED_CLIENTS: readonly { label: string; appId: string }[] = [
  { label: 'VS Code', appId: 'aebc6443-996d-45c2-90f0-388ff96faa56' },
];

/** The MCP Inspector, mcp-remote and Gemini CLI; and `add-auth token`. */
const OTHERS = ['http://localhost/oauth/callback', 'http://127.0.0.1/callback'];

/**
 * Where clients are sent back to. Ports of loopback addresses do not count (RFC 8252 §7.3;
 * learn.microsoft.com/entra/identity-platform/reply-url, "Localhost exceptions"), so each path is there once.
 */
export function redirectUris(callbacks: readonly string[]): string[] {
  const known = KNOWN_CLIENTS.flatMap((client) => client.redirectUris);
  return [...new Set([...known, ...OTHERS, ...callbacks].map(withoutPort))];
}

function withoutPort(uri: string): string {
  const url = new URL(uri);
  if (url.protocol !== 'http:' || !isLoopback(url.hostname)) return uri;
  url.port = '';
  return url.href;
}
