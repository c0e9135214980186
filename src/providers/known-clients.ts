import type { ManualStep } from '../errors.ts';
import type { ProviderWishes } from './types.ts';

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
    typed:
      'settings of the connector; if it shows a callback URL of its own, run add-auth again with --callback URL and type the id of "Other MCP clients"',
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

/** A client that add-auth registers where clients cannot do it themselves. */
export interface RegisteredClient {
  id: string;
  label: string;
  redirectUris: readonly string[];
}

/** `add-auth token` itself, and where it is called back at servers that compare the port as well. */
export const TOKEN_CLIENT = { id: 'add-auth', label: 'add-auth token', port: 33418, typed: 'nothing to type' };
/** Those of `--callback`. */
const OTHERS = { id: 'others', label: 'Other MCP clients', typed: 'into those that are called back at a --callback' };

/** The well-known clients, `add-auth token` itself, and one for those of `--callback`. */
export function clientsToRegister({ callbacks, testClient }: ProviderWishes): RegisteredClient[] {
  const { id, label, port } = TOKEN_CLIENT;
  return [
    ...KNOWN_CLIENTS,
    ...(testClient ? [{ id, label, redirectUris: [`http://127.0.0.1:${port}/callback`] }] : []),
    ...(callbacks.length > 0 ? [{ id: OTHERS.id, label: OTHERS.label, redirectUris: callbacks }] : []),
  ];
}

const find = (client: string): Pick<KnownClient, 'label' | 'typed'> | undefined =>
  [...KNOWN_CLIENTS, TOKEN_CLIENT, OTHERS].find(({ id }) => id === client);

export const labelOf = (client: string): string => find(client)?.label ?? client;

/** The ids that are known, by the names of the clients. */
export function idsByLabel(ids: Iterable<readonly [client: string, id: string | undefined]>): Record<string, string> {
  return Object.fromEntries(
    Array.from(ids).flatMap(([client, id]) => (id === undefined ? [] : [[labelOf(client), id] as const])),
  );
}

/**
 * What people have to do where clients get their ids from them.
 * @param why clients have none, to follow a colon
 * @param ids by client, in the order in which they are told; `undefined` before they are known
 */
export function clientIdsByHand(
  why: string,
  ids: Iterable<readonly [client: string, id: string | undefined]>,
  url: string,
): ManualStep {
  return {
    what: `Type its client id into each MCP client that shall sign in, and no secret: ${why}.`,
    snippet: Array.from(ids, ([client, id]) => clientIdLine(client, id, url)).join('\n'),
  };
}

/** What to type for one client, and where as far as that is known. */
function clientIdLine(client: string, clientId: string | undefined, url: string): string {
  const id = clientId ?? '(known after the run)';
  const line = `${labelOf(client)}: ${id}`;
  const typed = howToType(client, id, url);
  return typed === undefined ? line : `${line}\n    ${typed}`;
}

/** What people type for one client, and where; `undefined` where that is not known. */
export function howToType(client: string, id: string, url: string): string | undefined {
  return find(client)?.typed?.replace('{id}', id).replace('{url}', url);
}
