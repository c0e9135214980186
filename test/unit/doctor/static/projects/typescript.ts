import type { Files } from '../support/examine.ts';

const manifest = (dependencies: Record<string, string>): string =>
  JSON.stringify(
    {
      name: 'tasks',
      type: 'module',
      scripts: { start: 'node src/server.js' },
      dependencies: { '@modelcontextprotocol/sdk': '1.32.2', ...dependencies },
    },
    null,
    2,
  );

const TOOLS = `
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';

export function createServer() {
  const server = new McpServer({ name: 'tasks', version: '1.0.0' });
  server.registerTool('search-tasks', { description: 'Search' }, async (_args, extra) => ({ content: [{ type: 'text', text: String(extra.authInfo?.extra?.sub) }] }));
  server.registerTool('create-task', { description: 'Create' }, async () => ({ content: [] }));
  return server;
}
`;

const MCP = `async (req, res) => {
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
  await createServer().connect(transport);
  await transport.handleRequest(req, res, req.body);
}`;

/** The SDK's own gate, with a verifier made with jose. */
export const SDK_GATE: Files = {
  'package.json': manifest({ express: '5.1.0', jose: '6.0.0', cors: '2.8.5' }),
  '.env': 'ISSUER=https://id.tasks.dev/\nMCP_RESOURCE_URL=https://mcp.tasks.dev/mcp\n',
  'src/tools.js': TOOLS,
  'src/verifier.js': `import { createRemoteJWKSet, jwtVerify } from 'jose';
import { InvalidTokenError } from '@modelcontextprotocol/sdk/server/auth/errors.js';

const issuer = process.env.ISSUER;
const keys = createRemoteJWKSet(new URL(\`\${issuer}.well-known/jwks.json\`));

export const verifier = {
  async verifyAccessToken(token) {
    try {
      const { payload } = await jwtVerify(token, keys, { issuer, audience: process.env.MCP_RESOURCE_URL, algorithms: ['RS256'] });
      return { token, clientId: payload.client_id, scopes: payload.scope.split(' '), expiresAt: payload.exp, extra: { sub: payload.sub } };
    } catch (error) {
      throw new InvalidTokenError('The token is not valid.');
    }
  },
};
`,
  'src/server.js': `import express from 'express';
import cors from 'cors';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { requireBearerAuth } from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js';
import { getOAuthProtectedResourceMetadataUrl } from '@modelcontextprotocol/sdk/server/auth/router.js';
import { createServer } from './tools.js';
import { verifier } from './verifier.js';

const resource = new URL(process.env.MCP_RESOURCE_URL);
const app = express();
app.use(cors({ exposedHeaders: ['WWW-Authenticate', 'Mcp-Session-Id'] }));
app.use(express.json());
app.get('/.well-known/oauth-protected-resource/mcp', (_req, res) => {
  res.json({ resource: resource.href, authorization_servers: [process.env.ISSUER], scopes_supported: ['read:tasks'] });
});
const gate = requireBearerAuth({ verifier, requiredScopes: ['read:tasks'], resourceMetadataUrl: getOAuthProtectedResourceMetadataUrl(resource) });
app.post('/mcp', gate, ${MCP});
app.get('/mcp', (_req, res) => res.status(405).end());
app.get('/health', (_req, res) => res.json({ ok: true }));
app.listen(3000);
`,
};

/** Middleware of one's own. */
export const OWN_MIDDLEWARE: Files = {
  'package.json': manifest({ express: '5.1.0', jose: '6.0.0', cors: '2.8.5' }),
  'src/tools.js': TOOLS,
  'src/auth.js': `import { createRemoteJWKSet, jwtVerify } from 'jose';

const ISSUER = 'https://id.tasks.dev/';
const RESOURCE = 'https://mcp.tasks.dev/mcp';
const METADATA = 'https://mcp.tasks.dev/.well-known/oauth-protected-resource/mcp';
const keys = createRemoteJWKSet(new URL('jwks.json', ISSUER));

function challenge(res, error) {
  res.set('WWW-Authenticate', \`Bearer \${error ? 'error="invalid_token", ' : ''}resource_metadata="\${METADATA}"\`);
  res.status(401).json({ error: 'unauthorized' });
}

export async function requireToken(req, res, next) {
  const [scheme, token] = (req.headers.authorization ?? '').split(' ');
  if (scheme !== 'Bearer' || !token) return challenge(res, false);
  try {
    const { payload } = await jwtVerify(token, keys, { issuer: ISSUER, audience: RESOURCE });
    req.auth = { token, clientId: payload.azp, scopes: [], expiresAt: payload.exp };
    next();
  } catch {
    challenge(res, true);
  }
}

export function metadata(_req, res) {
  res.json({ resource: RESOURCE, authorization_servers: [ISSUER] });
}
`,
  'src/server.js': `import express from 'express';
import cors from 'cors';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { metadata, requireToken } from './auth.js';
import { createServer } from './tools.js';

const app = express();
app.use(cors({ exposedHeaders: ['WWW-Authenticate', 'Mcp-Session-Id'] }));
app.get('/.well-known/oauth-protected-resource/mcp', metadata);
app.use('/mcp', requireToken);
app.post('/mcp', express.json(), ${MCP});
app.listen(3000);
`,
};

/** Auth0's middleware. */
export const AUTH0_PACKAGE: Files = {
  'package.json': manifest({ express: '5.1.0', 'express-oauth2-jwt-bearer': '1.6.0' }),
  '.env': 'AUTH0_DOMAIN=tasks.eu.auth0.com\nAUTH0_AUDIENCE=https://mcp.tasks.dev/mcp\n',
  'src/tools.js': TOOLS,
  'src/server.js': `import express from 'express';
import { auth } from 'express-oauth2-jwt-bearer';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { createServer } from './tools.js';

const checkJwt = auth({ issuerBaseURL: \`https://\${process.env.AUTH0_DOMAIN}/\`, audience: process.env.AUTH0_AUDIENCE });
const app = express();
app.get('/.well-known/oauth-protected-resource/mcp', (_req, res) => {
  res.json({ resource: 'https://mcp.tasks.dev/mcp', authorization_servers: [\`https://\${process.env.AUTH0_DOMAIN}/\`] });
});
app.post('/mcp', checkJwt, express.json(), ${MCP});
app.listen(3000);
`,
};

/** Logto's mcp-auth. */
export const MCP_AUTH: Files = {
  'package.json': manifest({ express: '5.1.0', 'mcp-auth': '0.2.0' }),
  'src/tools.js': TOOLS,
  'src/server.js': `import express from 'express';
import { MCPAuth, fetchServerConfig } from 'mcp-auth';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { createServer } from './tools.js';

const resource = 'https://mcp.tasks.dev/mcp';
const mcpAuth = new MCPAuth({
  protectedResources: { metadata: { resource, authorizationServers: [await fetchServerConfig('https://id.tasks.dev/oidc', { type: 'oidc' })], scopesSupported: ['read:tasks'] } },
});
const app = express();
app.use(mcpAuth.protectedResourceMetadataRouter());
app.post('/mcp', mcpAuth.bearerAuth('jwt', { resource, audience: resource, requiredScopes: ['read:tasks'] }), express.json(), ${MCP});
app.listen(3000);
`,
};

/** Hono, with a class that holds the sessions, and a container that runs it once. */
export const HONO: Files = {
  'package.json': manifest({ hono: '4.13.0', '@hono/node-server': '2.0.0', jose: '6.0.0' }),
  Dockerfile: 'FROM node:22\nCOPY . .\nCMD ["node", "src/server.js"]\n',
  'src/tools.js': TOOLS,
  'src/server.js': `import { Hono } from 'hono';
import { cors } from 'hono/cors';
import { serve } from '@hono/node-server';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';
import { createServer } from './tools.js';

const resource = 'https://mcp.tasks.dev/mcp';
const metadata = 'https://mcp.tasks.dev/.well-known/oauth-protected-resource/mcp';
const keys = createRemoteJWKSet(new URL('https://id.tasks.dev/jwks'));
const sessions = new Map();
const app = new Hono();

app.use('*', cors({ origin: '*', allowHeaders: ['Authorization', 'Content-Type', 'Mcp-Session-Id'], exposeHeaders: ['WWW-Authenticate', 'Mcp-Session-Id'] }));
app.get('/.well-known/oauth-protected-resource/mcp', (c) => c.json({ resource, authorization_servers: ['https://id.tasks.dev'] }));
app.use('/mcp', async (c, next) => {
  const token = c.req.header('Authorization')?.slice('Bearer '.length);
  const payload = token && (await jwtVerify(token, keys, { issuer: 'https://id.tasks.dev', audience: resource }).then((r) => r.payload).catch(() => undefined));
  if (!payload) {
    c.header('WWW-Authenticate', \`Bearer resource_metadata="\${metadata}"\`);
    return c.json({ error: 'unauthorized' }, 401);
  }
  await next();
});
app.all('/mcp', async (c) => {
  const transport = new WebStandardStreamableHTTPServerTransport({ sessionIdGenerator: () => crypto.randomUUID(), onsessioninitialized: (id) => sessions.set(id, transport) });
  await createServer().connect(transport);
  return transport.handleRequest(c.req.raw);
});
serve(app);
`,
};

/** node:http, and a token of an upstream API that is only looked into. */
export const NODE_HTTP: Files = {
  'package.json': manifest({ jose: '6.0.0' }),
  'src/tools.js': TOOLS,
  'src/upstream.js': `import { decodeJwt } from 'jose';

let token;
export async function upstreamToken() {
  if (token && decodeJwt(token).exp > Date.now() / 1000 + 60) return token;
  const response = await fetch('https://id.upstream.dev/token', { method: 'POST', body: new URLSearchParams({ grant_type: 'client_credentials', client_secret: process.env.UPSTREAM_SECRET }) });
  if (response.status === 401) throw new Error('The upstream refused the client.');
  ({ access_token: token } = await response.json());
  return token;
}
`,
  'src/server.js': `import { createServer as createHttpServer } from 'node:http';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { createServer } from './tools.js';
import { upstreamToken } from './upstream.js';

const resource = 'https://mcp.tasks.dev/mcp';
const keys = createRemoteJWKSet(new URL('https://id.tasks.dev/jwks'));
const METADATA_PATH = '/.well-known/oauth-protected-resource/mcp';

async function authenticate(req) {
  const header = req.headers['authorization'] ?? '';
  if (!header.startsWith('Bearer ')) return undefined;
  try {
    return (await jwtVerify(header.slice(7), keys, { issuer: 'https://id.tasks.dev', audience: resource })).payload;
  } catch {
    return undefined;
  }
}

createHttpServer(async (req, res) => {
  if (req.url === METADATA_PATH) return res.end(JSON.stringify({ resource, authorization_servers: ['https://id.tasks.dev'] }));
  const user = await authenticate(req);
  if (!user) {
    res.writeHead(401, { 'WWW-Authenticate': \`Bearer resource_metadata="https://mcp.tasks.dev\${METADATA_PATH}"\` });
    return res.end();
  }
  await upstreamToken();
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
  await createServer().connect(transport);
  await transport.handleRequest(req, res);
}).listen(3000);
`,
};

/** An authorization server of its own: it may share a secret with itself, keep clients, and answer 401 to bad passwords. */
export const OWN_ISSUER: Files = {
  'package.json': manifest({ express: '5.1.0', jsonwebtoken: '9.0.2' }),
  'src/tools.js': TOOLS,
  'src/server.js': `import express from 'express';
import jwt from 'jsonwebtoken';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { createServer } from './tools.js';

const secret = process.env.JWT_SECRET;
const audience = 'https://mcp.tasks.dev/mcp';
const clients = new Map();
const app = express();
app.use(express.json());
app.get('/.well-known/oauth-protected-resource/mcp', (_req, res) => res.json({ resource: audience, authorization_servers: ['https://mcp.tasks.dev'] }));
app.post('/register', (req, res) => { clients.set('c1', req.body); res.status(201).json({ client_id: 'c1' }); });
app.post('/login', (req, res) => {
  if (req.body.password !== process.env.PASSWORD) return res.status(401).json({ error: 'Wrong password' });
  res.json({ access_token: jwt.sign({ sub: 'ada' }, secret, { audience, expiresIn: '1h' }) });
});
function gate(req, res, next) {
  try {
    req.user = jwt.verify((req.headers.authorization ?? '').slice(7), secret, { audience, algorithms: ['HS256'] });
    next();
  } catch {
    res.setHeader('WWW-Authenticate', 'Bearer resource_metadata="https://mcp.tasks.dev/.well-known/oauth-protected-resource/mcp"');
    res.status(401).end();
  }
}
app.post('/mcp', gate, ${MCP});
app.listen(3000);
`,
};
