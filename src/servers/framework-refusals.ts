import { CliError } from '../errors.ts';

/** What stands in the way of the gate in a framework, and what a person can do. */
interface Obstacle {
  /** Without a full stop. */
  reason: string;
  what: string;
  snippet: string;
}

/**
 * Frameworks that make their HTTP server themselves. Read in their source: mcp-use 1.34 and 2.5,
 * skybridge 0.35 and 2.0, xmcp 1.1.
 */
const OBSTACLES: Record<string, Obstacle> = {
  xmcp: {
    reason:
      'xmcp builds its HTTP server from the files of the project when it is compiled, so there is no place in the source ' +
      'before its CORS answer and its body parser',
    what: 'Its src/middleware.ts runs behind these, on all paths; there a gate can be put in by hand (Express middleware, `req.auth` reaches tools as `extra.authInfo`)',
    snippet: `// src/middleware.ts
import type { Middleware } from 'xmcp';

const middleware: Middleware = async (req, res, next) => {
  if (req.path !== '/mcp') return next();
  // verify the token, compare the scopes of the tool in req.body with it: 401 and 403 with WWW-Authenticate
  req.auth = { token, clientId, scopes };
  next();
};
export default middleware;`,
  },
  'mcp-use': {
    reason:
      'mcp-use puts its endpoints, its inspector and its own middleware on a Hono app of its own when it starts to listen, ' +
      'so add-auth cannot see that a gate would come before all of them',
    what: 'Use the login of mcp-use (oauth: …) with its middleware for the scopes of tools, or what add-auth can protect:',
    snippet: `// mcp-use 2: runs behind its own token check, and may answer 403
server.use('/mcp', async (c, next) => {
  const message = await c.req.raw.clone().json();
  // compare the scopes of the tool in message.params.name with those of the token
  await next();
});`,
  },
  skybridge: {
    reason:
      'skybridge makes its HTTP server itself: it parses bodies before any middleware of the project, and serves its ' +
      'development tools beside the endpoint',
    what: 'Use what skybridge brings: version 2 has a complete login with scopes for each tool; version 0 has none',
    snippet: `// skybridge 2
new Skybridge({
  oauth: { baseUrl: 'https://my-server.example', provider: customProvider({ … }) },
  handler: (server) => server.registerTool({ name: 'my-tool', auth: { scopes: ['read:things'] } }, callback),
});`,
  },
};

/** Why a server of this framework is left alone, and what can be done by hand; `undefined` where nothing is known of it. */
export function frameworkRefusal(name: string): CliError | undefined {
  const obstacle = OBSTACLES[name];
  if (!obstacle) return undefined;
  return new CliError(
    'unsupported-shape',
    `${obstacle.reason}. Nothing was changed.`,
    'Follow the lines below, or serve the tools with one of the servers that add-auth protects.',
    { manual: [{ what: obstacle.what, snippet: obstacle.snippet }] },
  );
}
