import type { ToolScopes } from '../types.ts';

/** A scope in words, for the consent page. */
export function describeScope(scope: string, toolScopes: ToolScopes): string {
  const tools = Object.entries(toolScopes).filter(([, scopes]) => scopes.includes(scope));
  const names = tools.map(([name]) => name).join(', ');
  return (names === '' ? `Use this MCP server (${scope})` : `Use the tools ${names} (${scope})`).slice(0, 250);
}
