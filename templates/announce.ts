import { asAsked } from './answers.ts';
import { loadConfig, type AuthConfig } from './config.ts';
import { ruleFor } from './rules.ts';

interface Transport {
  send(message: unknown, options?: unknown): Promise<void>;
}

/** `Server` of the SDK, in its versions 1 and 2. */
interface Server {
  connect(transport: Transport): Promise<void>;
}

interface Tool {
  name: string;
  securitySchemes?: unknown;
  _meta?: Record<string, unknown>;
}

/**
 * Says in `tools/list` what each tool needs, where ChatGPT looks for it: in `securitySchemes`, of the tool and of its
 * `_meta` (developers.openai.com/apps-sdk/build/auth). What a tool says of itself stays. Call it before the server is
 * connected, with an `McpServer` or a `Server`; returns it.
 */
export function announceScopes<T extends Server | { readonly server: Server }>(server: T): T {
  const lowLevel: Server = 'server' in server ? server.server : server;
  const connect = lowLevel.connect.bind(lowLevel);
  lowLevel.connect = (transport) => {
    const send = transport.send.bind(transport);
    transport.send = (message, options) => send(withSchemes(message), options);
    return connect(transport);
  };
  return server;
}

/** The message itself, unless it is the answer to `tools/list`: the only one that has tools. */
function withSchemes(message: unknown): unknown {
  const { result } = message as { result?: { tools?: unknown } };
  const known = Array.isArray(result?.tools) ? configuration() : undefined;
  if (!known) return message;
  const tools = (result?.tools as Tool[]).map((tool) => withSchemesOf(known, tool));
  return { ...(message as object), result: { ...result, tools } };
}

let config: AuthConfig | undefined;

/** None over stdio and in tests, perhaps: nobody signs in there. Over HTTP the gate has asked for it already. */
function configuration(): AuthConfig | undefined {
  try {
    return (config ??= loadConfig());
  } catch {
    return undefined;
  }
}

function withSchemesOf(known: AuthConfig, tool: Tool): Tool {
  const securitySchemes = tool.securitySchemes ?? tool._meta?.['securitySchemes'] ?? schemesOf(known, tool.name);
  return securitySchemes ? { ...tool, securitySchemes, _meta: { ...tool._meta, securitySchemes } } : tool;
}

/** None for a tool that the scope map does not name: nobody may call it. */
function schemesOf(known: AuthConfig, tool: string): object[] | undefined {
  const rule = ruleFor({ method: 'tools/call', tool });
  if (rule.access === 'never') return undefined;
  if (rule.access === 'public') return [{ type: 'noauth' }];
  const scopes = asAsked(known, rule.scopes);
  return [{ type: 'oauth2', ...(scopes.length > 0 ? { scopes } : {}) }];
}
