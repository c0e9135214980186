/** Version 1 of the MCP SDK. */
export const MCP_SDK = '@modelcontextprotocol/sdk';

/** Version 2 is a package for servers, and others for the hosts that they run on. */
export const SDK_2 = [
  '@modelcontextprotocol/server',
  '@modelcontextprotocol/node',
  '@modelcontextprotocol/express',
  '@modelcontextprotocol/fastify',
  '@modelcontextprotocol/hono',
  '@modelcontextprotocol/server-legacy',
];

/** The oldest SDK whose transports hand `req.auth` on to tool handlers. */
export const OLDEST_SDK = '1.11.0';

/** Packages that bring a server of their own shape, with the name that people know them by. */
export const OTHER_SERVER_PACKAGES: Record<string, string> = {
  'mcp-handler': 'mcp-handler',
  '@vercel/mcp-adapter': '@vercel/mcp-adapter (now mcp-handler)',
  fastmcp: 'fastmcp',
  'mcp-framework': 'mcp-framework',
  'mcp-use': 'mcp-use',
  xmcp: 'xmcp',
  skybridge: 'skybridge',
  '@rekog/mcp-nest': 'NestJS (@rekog/mcp-nest)',
  agents: 'Cloudflare agents',
  'workers-mcp': 'workers-mcp',
  '@lovable.dev/mcp-js': '@lovable.dev/mcp-js',
  '@mastra/mcp': 'Mastra',
  tmcp: 'tmcp',
  muppet: 'muppet',
  'fastify-mcp': 'fastify-mcp',
  'fastify-mcp-server': 'fastify-mcp-server',
  'express-mcp-handler': 'express-mcp-handler',
  '@clerk/mcp-tools': '@clerk/mcp-tools, which brings its own login',
};

/** mcp-handler by both its names: what its `createMcpHandler` returns is a `(request) => Response`. */
export const HANDLER_PACKAGES = ['mcp-handler', '@vercel/mcp-adapter'];

/** What shows pages with the results of tools (MCP Apps, and the Apps SDK of ChatGPT). */
export const EXT_APPS = '@modelcontextprotocol/ext-apps';

/** What a file that has to do with an MCP server imports from. */
export const MCP_PACKAGES = [MCP_SDK, ...SDK_2, '@hono/mcp', EXT_APPS, ...Object.keys(OTHER_SERVER_PACKAGES)];

/** What every server that answers JSON-RPC by itself, without any of the packages, has to name. */
export const MCP_METHODS = ['tools/list', 'tools/call'];

/** Words of which every one of these names contains one: few, because they are looked for in every file. */
export const MCP_WORDS = ['modelcontextprotocol', 'mcp', 'skybridge', 'muppet', 'agents'];

/** `@scope/name/sub/path` -> `@scope/name`; `undefined` for relative specifiers and node builtins. */
export function packageOf(specifier: string): string | undefined {
  if (
    specifier.startsWith('.') ||
    specifier.startsWith('/') ||
    specifier.startsWith('node:') ||
    specifier.startsWith('#')
  ) {
    return undefined;
  }
  const [first = '', second = ''] = bareSpecifier(specifier).split('/');
  return first.startsWith('@') ? `${first}/${second}` : first;
}

/** Names that packages have at JSR. */
const OF_JSR: Record<string, string> = { '@hono/hono': 'hono' };

/**
 * What everybody else writes for a specifier of Deno, which has a version in it: `npm:@scope/name@1.2.3/sub/path` ->
 * `@scope/name/sub/path`.
 */
export function bareSpecifier(specifier: string): string {
  const isDeno = specifier.startsWith('npm:') || specifier.startsWith('jsr:');
  const path = isDeno ? specifier.slice('npm:'.length) : specifier;
  const parts = (path.startsWith('/') && isDeno ? path.slice(1) : path).split('/');
  const size = parts[0]?.startsWith('@') ? 2 : 1;
  const named = parts.slice(0, size).join('/');
  const at = isDeno ? named.indexOf('@', 1) : -1;
  const name = at > 0 ? named.slice(0, at) : named;
  return [OF_JSR[name] ?? name, ...parts.slice(size)].join('/');
}
