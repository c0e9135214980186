import { packageOf } from '../project/packages.ts';

/** Exports that guard a server, by package. `*` = whatever is called from it; the other exports are no guards. */
const GUARDS: Record<string, string[] | '*'> = {
  'mcp-auth': '*',
  '@mcp-auth/core': '*',
  'express-oauth2-jwt-bearer': '*',
  'express-jwt': '*',
  'express-openid-connect': '*',
  'express-basic-auth': '*',
  'http-auth': '*',
  passport: '*',
  'passport-http-bearer': '*',
  'passport-jwt': '*',
  'better-auth': ['betterAuth', 'createAuthMiddleware'],
  'better-auth/plugins': ['mcp', 'withMcpAuth', 'oAuthDiscoveryMetadata', 'oAuthProtectedResourceMetadata'],
  '@better-auth/oauth-provider': '*',
  '@clerk/express': ['clerkMiddleware', 'requireAuth', 'getAuth'],
  '@clerk/fastify': ['clerkPlugin', 'getAuth'],
  '@clerk/nextjs': ['clerkMiddleware', 'auth'],
  '@clerk/hono': ['clerkMiddleware', 'getAuth'],
  '@hono/clerk-auth': '*',
  '@clerk/mcp-tools': '*',
  '@auth0/auth0-api-js': '*',
  '@auth0/nextjs-auth0': '*',
  '@auth0/auth0-fastify-api': '*',
  '@auth0/auth0-hono': '*',
  '@workos-inc/authkit-nextjs': '*',
  '@workos-inc/authkit-remix': '*',
  '@descope/mcp-express': '*',
  '@descope/mcp-hono': '*',
  '@descope/node-sdk': '*',
  '@scalekit-sdk/node': '*',
  '@scalekit-inc/mcp-auth': '*',
  '@kinde-oss/kinde-node-express': '*',
  '@logto/express': '*',
  '@okta/jwt-verifier': '*',
  'aws-jwt-verify': '*',
  'next-auth': '*',
  '@fastify/jwt': '*',
  '@fastify/bearer-auth': '*',
  '@fastify/basic-auth': '*',
  '@hono/oidc-auth': '*',
  'hono/bearer-auth': '*',
  'hono/basic-auth': '*',
  'hono/jwt': '*',
  'hono/jwk': '*',
  'mcp-handler': ['withMcpAuth', 'experimental_withMcpAuth', 'protectedResourceHandler'],
  '@vercel/mcp-adapter': ['withMcpAuth', 'experimental_withMcpAuth', 'protectedResourceHandler'],
  '@hono/mcp': ['bearerAuth', 'simpleMcpAuthRouter', 'mcpAuthRouter'],
  '@cloudflare/workers-oauth-provider': '*',
  '@rekog/mcp-nest': ['McpAuthModule', 'McpAuthJwtGuard'],
  '@rekog/mcp-nest-auth': '*',
  skybridge: ['requireBearerAuth', 'optionalBearerAuth', 'mcpAuthMetadataRouter'],
  xmcp: ['apiKeyAuthMiddleware', 'jwtAuthMiddleware'],
  '@xmcp-dev/auth0': '*',
  '@xmcp-dev/better-auth': '*',
  '@xmcp-dev/clerk': '*',
  '@xmcp-dev/descope': '*',
  '@xmcp-dev/scalekit': '*',
  '@xmcp-dev/workos': '*',
};

/** Where the versions of the SDK keep them. Not `requireScopes`: without a gate it lets everybody pass. */
const SDK_MODULES = [
  '@modelcontextprotocol/sdk/server/auth/',
  '@modelcontextprotocol/server',
  '@modelcontextprotocol/express',
];
const SDK_GUARDS = [
  'requireBearerAuth',
  'verifyBearerToken',
  'oauthMetadataResponse',
  'mcpAuthRouter',
  'mcpAuthMetadataRouter',
  'ProxyOAuthServerProvider',
];

/**
 * Is this export of a package something that guards a server? OAuth clients and API clients are not.
 * @param name export name, with properties joined by dots: `default`, `MCPAuth`, `default.authenticate`
 */
export function isGuard(module: string, name: string): boolean {
  const [exported = ''] = name.split('.');
  const guards = guardsOf(module);
  return guards === '*' || (guards?.includes(exported) ?? false);
}

/** Has this package (or subpath) anything that guards a server? */
export function hasGuards(module: string): boolean {
  return guardsOf(module) !== undefined;
}

function guardsOf(module: string): string[] | '*' | undefined {
  if (SDK_MODULES.some((prefix) => module.startsWith(prefix))) return SDK_GUARDS;
  const exact = GUARDS[module.endsWith('/server') ? module.slice(0, -'/server'.length) : module];
  return exact ?? (module.startsWith('hono/') ? undefined : GUARDS[packageOf(module) ?? '']);
}
