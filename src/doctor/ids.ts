import type { Client } from './profiles/clients.ts';
import { ENDPOINT, NETWORK } from './ids/endpoint.ts';
import { LOGIN } from './ids/login.ts';
import { meta, type CheckMeta } from './ids/meta.ts';
import { METADATA } from './ids/metadata.ts';
import { STATIC } from './ids/project.ts';
import { USE } from './ids/use.ts';

export type { CheckMeta, Need } from './ids/meta.ts';

const profile = (name: string): CheckMeta => meta(`${name} can connect`);
const PROFILES: Record<`profile.${Client}`, CheckMeta> = {
  'profile.chatgpt': profile('ChatGPT'),
  'profile.claude': profile('Claude'),
  'profile.claude-code': profile('Claude Code'),
  'profile.vscode': profile('VS Code'),
  'profile.cursor': profile('Cursor'),
  'profile.inspector': profile('MCP Inspector'),
  'profile.mcp-remote': profile('mcp-remote'),
  'profile.gemini': profile('Gemini CLI'),
  'profile.copilot-studio': profile('Copilot Studio'),
};

const ALL = { ...STATIC, ...NETWORK, ...ENDPOINT, ...METADATA, ...LOGIN, ...USE, ...PROFILES };

/** The closed list of check ids: people's CI scripts depend on it. */
export type CheckId = keyof typeof ALL;

/** Every check in its order, causes before consequences. */
export const CHECKS: Readonly<Record<CheckId, CheckMeta>> = ALL;
export const CHECK_IDS = Object.keys(ALL) as CheckId[];

/** `as` of `as.issuer`. */
export const groupOf = (id: CheckId): string => id.slice(0, id.indexOf('.'));
