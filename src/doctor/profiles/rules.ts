import { redirectUrisOf } from '../../providers/known-clients.ts';
import type { CheckId } from '../ids.ts';
import type { Client } from './clients.ts';

/**
 * What each client does and demands, as of November 2026 (documentation, source code and issue threads of each; see
 * `source`). `refuses`: what is a warning in general stops this client. `forgives`: the other way round.
 */
export interface ClientRules {
  name: string;
  source: string;
  /** Runs at its maker's: needs a public https URL. */
  isHosted: boolean;
  /** Connects to port 443 only. */
  only443?: true;
  /** `exact`: the URL as typed; `prefix`: same origin and a path that the URL begins with, as the SDK has it. */
  resource: 'exact' | 'prefix';
  registration: ('cimd' | 'dcr' | 'static')[];
  redirectUris: readonly string[];
  authMethod: 'none' | 'client_secret_post';
  /** What it says of itself at registration (OpenID Connect Registration §2). */
  applicationType?: 'web' | 'native';
  refuses: CheckId[];
  forgives: CheckId[];
}

const CORS: CheckId[] = ['cors.preflight', 'cors.expose', 'cors.as', 'cors.duplicate'];
const DESKTOP_FORGIVES: CheckId[] = [...CORS, 'net.port', 'net.dns', 'prm.variants'];

const RULES: Record<Client, ClientRules> = {
  chatgpt: {
    name: 'ChatGPT',
    source: 'developers.openai.com/apps-sdk/build/auth, open-orbis/open-orbis#423, lightdash/lightdash#26726',
    isHosted: true,
    resource: 'exact',
    registration: ['cimd', 'dcr', 'static'],
    redirectUris: redirectUrisOf('chatgpt'),
    authMethod: 'none',
    refuses: ['net.dns', 'ch.resource-metadata', 'as.auth-methods', 'as.pkce'],
    forgives: CORS,
  },
  claude: {
    name: 'Claude',
    source: 'claude.com/docs/connectors/building, anthropics/claude-ai-mcp#85 #136 #299 #667',
    isHosted: true,
    only443: true,
    resource: 'exact',
    registration: ['cimd', 'dcr', 'static'],
    redirectUris: redirectUrisOf('claude'),
    authMethod: 'client_secret_post',
    refuses: ['net.dns', 'net.port', 'ch.status', 'ch.invalid-token'],
    forgives: CORS,
  },
  'claude-code': {
    name: 'Claude Code',
    source: 'anthropics/claude-code CHANGELOG, #37767 #41610 #67258',
    isHosted: false,
    resource: 'prefix',
    registration: ['cimd', 'dcr', 'static'],
    redirectUris: redirectUrisOf('claude-code'),
    authMethod: 'none',
    refuses: ['authz.redirect-port'],
    forgives: DESKTOP_FORGIVES,
  },
  vscode: {
    name: 'VS Code',
    source: 'microsoft/vscode src/vs/base/common/oauth.ts, #261120 #278512 #321249',
    isHosted: false,
    resource: 'exact',
    registration: ['dcr', 'static'],
    redirectUris: redirectUrisOf('vscode'),
    authMethod: 'none',
    refuses: [],
    forgives: DESKTOP_FORGIVES,
  },
  cursor: {
    name: 'Cursor',
    source: 'soflyy/agent-connector-for-wp#111, better-auth/better-auth#10946',
    isHosted: false,
    resource: 'prefix',
    registration: ['dcr', 'static'],
    redirectUris: redirectUrisOf('cursor'),
    authMethod: 'none',
    applicationType: 'web',
    refuses: ['reg.redirects'],
    forgives: DESKTOP_FORGIVES,
  },
  inspector: {
    name: 'MCP Inspector',
    source: 'modelcontextprotocol/inspector 2.3',
    isHosted: false,
    resource: 'prefix',
    registration: ['cimd', 'dcr', 'static'],
    redirectUris: ['http://localhost:6274/oauth/callback'],
    authMethod: 'none',
    refuses: CORS,
    forgives: ['net.port', 'net.dns', 'prm.variants'],
  },
  'mcp-remote': {
    name: 'mcp-remote',
    source: 'punkpeye/mcp-remote src/lib, 0.15.1',
    isHosted: false,
    resource: 'prefix',
    registration: ['dcr', 'static'],
    redirectUris: ['http://localhost:3334/oauth/callback'],
    authMethod: 'none',
    refuses: [],
    forgives: DESKTOP_FORGIVES,
  },
  gemini: {
    name: 'Gemini CLI',
    source: 'google-gemini/gemini-cli packages/core/src/mcp/oauth-utils.ts, #24484',
    isHosted: false,
    resource: 'exact',
    registration: ['dcr', 'static'],
    redirectUris: ['http://localhost:7777/oauth/callback'],
    authMethod: 'none',
    refuses: ['as.scopes'],
    forgives: DESKTOP_FORGIVES,
  },
  'copilot-studio': {
    name: 'Copilot Studio',
    source: 'learn.microsoft.com (Copilot Studio MCP), tableau/tableau-mcp#866',
    isHosted: true,
    resource: 'exact',
    registration: ['dcr', 'static'],
    redirectUris: ['https://global.consent.azure-apim.net/redirect/add-auth-doctor'],
    authMethod: 'client_secret_post',
    refuses: ['net.dns', 'as.pkce'],
    forgives: CORS,
  },
};

export const clientRules = (client: Client): ClientRules => RULES[client];

export interface RedirectSet {
  client: string;
  redirectUris: readonly string[];
  authMethod: string;
  applicationType: string;
}

/** What is registered with `--register`: first a client on this machine, then one of every other kind. */
export function redirectSets(client: Client | undefined): RedirectSet[] {
  const setOf = (name: Client): RedirectSet => {
    const { redirectUris, authMethod, applicationType, isHosted } = RULES[name];
    return {
      client: name,
      redirectUris,
      authMethod,
      applicationType: applicationType ?? (isHosted ? 'web' : 'native'),
    };
  };
  const first = setOf('claude-code');
  if (client === 'claude-code') return [first];
  return [first, ...(client === undefined ? (['claude', 'cursor', 'vscode'] as const) : [client]).map(setOf)];
}
