import { describe, expect, it } from 'vitest';
import * as py from './projects/python.ts';
import * as ts from './projects/typescript.ts';
import { examineFiles, type Files } from './support/examine.ts';

type Change = (files: Files) => Files;
type Fault = [cause: string, what: string, healthy: Files, breakIt: Change, place?: string];

/** Replaces a text of a file that has to be there. */
const edit =
  (file: string, from: string, to: string): Change =>
  (files) => {
    const text = files[file] ?? '';
    if (!text.includes(from)) throw new Error(`${file} has no ${from}`);
    return { ...files, [file]: text.replace(from, () => to) };
  };
const put =
  (file: string, text: string): Change =>
  (files) => ({ ...files, [file]: text });
const all =
  (...changes: Change[]): Change =>
  (files) =>
    changes.reduce((result, change) => change(result), files);

const SERVER = 'src/server.js';

const TYPESCRIPT: Fault[] = [
  [
    'src.middleware-order',
    'the gate comes after the route',
    ts.OWN_MIDDLEWARE,
    all(
      edit(SERVER, "app.use('/mcp', requireToken);\n", ''),
      edit(SERVER, 'app.listen', "app.use('/mcp', requireToken);\napp.listen"),
    ),
    'src/server.js:10',
  ],
  [
    'src.middleware-order',
    'one of two routes has no gate',
    ts.SDK_GATE,
    edit(
      SERVER,
      "app.get('/mcp', (_req, res) => res.status(405).end());",
      "app.get('/mcp', async (req, res) => { await new StreamableHTTPServerTransport({}).handleRequest(req, res); });",
    ),
  ],
  [
    'src.middleware-order',
    'a gate before everything, the metadata too',
    ts.OWN_MIDDLEWARE,
    edit(
      SERVER,
      "app.get('/.well-known/oauth-protected-resource/mcp', metadata);\napp.use('/mcp', requireToken);",
      "app.use(requireToken);\napp.get('/.well-known/oauth-protected-resource/mcp', metadata);",
    ),
  ],
  [
    'src.middleware-order',
    'the gate comes before CORS',
    ts.OWN_MIDDLEWARE,
    all(
      edit(SERVER, "app.use(cors({ exposedHeaders: ['WWW-Authenticate', 'Mcp-Session-Id'] }));\n", ''),
      edit(
        SERVER,
        "app.use('/mcp', requireToken);",
        "app.use('/mcp', requireToken);\napp.use(cors({ exposedHeaders: ['WWW-Authenticate', 'Mcp-Session-Id'] }));",
      ),
    ),
  ],
  [
    'src.middleware-order',
    'a catch-all before the metadata',
    ts.OWN_MIDDLEWARE,
    edit(
      SERVER,
      "app.get('/.well-known",
      "app.get('*', (_req, res) => res.sendFile('index.html'));\napp.get('/.well-known",
    ),
  ],
  [
    'src.prm-route',
    'no metadata',
    ts.SDK_GATE,
    edit(
      SERVER,
      "app.get('/.well-known/oauth-protected-resource/mcp', (_req, res) => {\n  res.json({ resource: resource.href, authorization_servers: [process.env.ISSUER], scopes_supported: ['read:tasks'] });\n});",
      '',
    ),
  ],
  [
    'src.prm-route',
    'the audience as resource',
    ts.AUTH0_PACKAGE,
    all(
      edit(SERVER, "resource: 'https://mcp.tasks.dev/mcp'", 'resource: process.env.AUTH0_AUDIENCE'),
      edit('.env', 'dev/mcp', 'dev/api'),
    ),
  ],
  [
    'src.prm-route',
    'a redirect URI on the resource server',
    ts.OWN_MIDDLEWARE,
    edit(SERVER, 'app.listen', "app.get('/callback', (req, res) => res.send(req.query.code));\napp.listen"),
  ],
  [
    'src.mount',
    'metadata below a prefix',
    ts.SDK_GATE,
    all(
      edit(
        SERVER,
        'import { createServer }',
        "import { mcpAuthMetadataRouter } from '@modelcontextprotocol/sdk/server/auth/router.js';\nimport { createServer }",
      ),
      edit(
        SERVER,
        'app.post(',
        "app.use('/api', mcpAuthMetadataRouter({ oauthMetadata, resourceServerUrl: resource }));\napp.post(",
      ),
    ),
  ],
  [
    'src.challenge',
    'a 401 without challenge',
    ts.OWN_MIDDLEWARE,
    edit(
      'src/auth.js',
      "  res.set('WWW-Authenticate', `Bearer ${error ? 'error=\"invalid_token\", ' : ''}resource_metadata=\"${METADATA}\"`);\n",
      '',
    ),
    'src/auth.js:9',
  ],
  [
    'src.challenge',
    'a challenge without resource_metadata',
    ts.HONO,
    edit(SERVER, '`Bearer resource_metadata="${metadata}"`', '\'Bearer realm="tasks"\''),
  ],
  [
    'src.challenge',
    'a header for one of two refusals',
    ts.OWN_MIDDLEWARE,
    edit(
      'src/auth.js',
      '  } catch {\n    challenge(res, true);',
      "  } catch {\n    res.status(401).json({ error: 'bad token' });",
    ),
  ],
  [
    'src.challenge',
    'the SDK is not told where the metadata are',
    ts.SDK_GATE,
    edit(SERVER, ', resourceMetadataUrl: getOAuthProtectedResourceMetadataUrl(resource)', ''),
  ],
  [
    'src.verifier-claims',
    'no audience',
    ts.SDK_GATE,
    edit('src/verifier.js', 'audience: process.env.MCP_RESOURCE_URL, ', ''),
    'src/verifier.js:10',
  ],
  [
    'src.verifier-claims',
    'no audience in Auth0 middleware',
    ts.AUTH0_PACKAGE,
    edit(SERVER, ', audience: process.env.AUTH0_AUDIENCE', ''),
  ],
  ['src.verifier-claims', 'no audience in mcp-auth', ts.MCP_AUTH, edit(SERVER, 'audience: resource, ', '')],
  ['src.verifier-claims', 'no issuer', ts.HONO, edit(SERVER, "issuer: 'https://id.tasks.dev', audience", 'audience')],
  [
    'src.verifier-claims',
    'a shared secret',
    ts.SDK_GATE,
    edit(
      'src/verifier.js',
      'createRemoteJWKSet(new URL(`${issuer}.well-known/jwks.json`))',
      'new TextEncoder().encode(process.env.JWT_SECRET)',
    ),
  ],
  [
    'src.verifier-claims',
    'a shared secret with jsonwebtoken',
    ts.OWN_ISSUER,
    edit(SERVER, "jwt.sign({ sub: 'ada' }, secret, { audience, expiresIn: '1h' })", "'opaque'"),
  ],
  [
    'src.verifier-claims',
    'decoded, not verified',
    ts.NODE_HTTP,
    all(
      edit(SERVER, 'import { createRemoteJWKSet, jwtVerify }', 'import { createRemoteJWKSet, decodeJwt }'),
      edit(
        SERVER,
        "(await jwtVerify(header.slice(7), keys, { issuer: 'https://id.tasks.dev', audience: resource })).payload",
        'decodeJwt(header.slice(7))',
      ),
    ),
  ],
  [
    'src.verifier-claims',
    'decoded by hand',
    ts.NODE_HTTP,
    edit(
      SERVER,
      "(await jwtVerify(header.slice(7), keys, { issuer: 'https://id.tasks.dev', audience: resource })).payload",
      "JSON.parse(Buffer.from(header.slice(7).split('.')[1], 'base64url').toString())",
    ),
  ],
  ['src.verifier-claims', 'unsigned tokens', ts.SDK_GATE, edit('src/verifier.js', "['RS256']", "['RS256', 'none']")],
  [
    'src.verifier-errors',
    'a plain error',
    ts.SDK_GATE,
    edit('src/verifier.js', 'new InvalidTokenError(', 'new Error('),
    'src/verifier.js:13',
  ],
  [
    'src.verifier-errors',
    'an error of jose',
    ts.SDK_GATE,
    all(
      edit(
        'src/verifier.js',
        "import { InvalidTokenError } from '@modelcontextprotocol/sdk/server/auth/errors.js';\n",
        '',
      ),
      edit('src/verifier.js', '    try {\n', ''),
      edit(
        'src/verifier.js',
        "    } catch (error) {\n      throw new InvalidTokenError('The token is not valid.');\n    }\n",
        '',
      ),
    ),
  ],
  [
    'src.verifier-errors',
    '500 for a bad token',
    ts.OWN_MIDDLEWARE,
    edit('src/auth.js', '    challenge(res, true);', '    res.status(500).end();'),
  ],
  ['src.verifier-expiry', 'no expiry', ts.SDK_GATE, edit('src/verifier.js', ' expiresAt: payload.exp,', '')],
  [
    'src.verifier-expiry',
    'milliseconds',
    ts.SDK_GATE,
    edit('src/verifier.js', 'expiresAt: payload.exp', 'expiresAt: payload.exp * 1000'),
    'src/verifier.js:11',
  ],
  ['src.scopes-kw', 'scopes under a name that is not read', ts.SDK_GATE, edit(SERVER, 'requiredScopes:', 'scopes:')],
  [
    'src.scopes-kw',
    'a tool that is not in the map',
    ts.OWN_MIDDLEWARE,
    edit(
      'src/auth.js',
      'function challenge',
      "export const TOOL_SCOPES = { 'search-tasks': ['read:tasks'] };\nfunction challenge",
    ),
  ],
  [
    'src.scopes-kw',
    'a tool that is not there any more',
    ts.OWN_MIDDLEWARE,
    edit(
      'src/auth.js',
      'function challenge',
      "export const TOOL_SCOPES = { 'search-tasks': [], 'create-task': [], 'drop-tasks': [] };\nfunction challenge",
    ),
  ],
  [
    'src.scopes-kw',
    'rows of everybody',
    ts.OWN_MIDDLEWARE,
    edit(
      'src/tools.js',
      'async () => ({ content: [] })',
      "async () => ({ content: await db.query('SELECT * FROM tasks') })",
    ),
  ],
  [
    'src.host-guard',
    'a guard that knows this machine only',
    ts.SDK_GATE,
    all(
      edit(
        SERVER,
        "import express from 'express';",
        "import express from 'express';\nimport { createMcpExpressApp } from '@modelcontextprotocol/sdk/server/express.js';",
      ),
      edit(SERVER, 'const app = express();', 'const app = createMcpExpressApp();'),
    ),
  ],
  [
    'src.proxy-trust',
    'the host of the request',
    ts.SDK_GATE,
    edit(SERVER, 'resource: resource.href', "resource: `${_req.protocol}://${_req.get('host')}/mcp`"),
  ],
  [
    'src.cors',
    'nothing exposed',
    ts.OWN_MIDDLEWARE,
    edit(SERVER, "cors({ exposedHeaders: ['WWW-Authenticate', 'Mcp-Session-Id'] })", 'cors()'),
  ],
  ['src.cors', 'no Authorization', ts.HONO, edit(SERVER, "'Authorization', 'Content-Type'", "'Content-Type'")],
  ['src.session-store', 'sessions on functions', ts.HONO, put('vercel.json', '{}')],
  ['src.session-store', 'sessions on several instances', ts.HONO, put('k8s/deployment.yaml', 'spec:\n  replicas: 3\n')],
  ['src.versions', 'an SDK without metadata', ts.SDK_GATE, edit('package.json', '1.32.2', '1.10.2')],
  ['src.versions', 'an SDK with a known hole', ts.SDK_GATE, edit('package.json', '1.32.2', '1.25.0')],
  [
    'env.secrets',
    'a secret in the code',
    ts.AUTH0_PACKAGE,
    edit(SERVER, 'const app', "const clientSecret = 'k9Qx2mVb7Lr4Tz8WnY3c';\nconst app"),
  ],
];

const PYTHON: Fault[] = [
  [
    'src.scopes-kw',
    'scopes under a name that is not read',
    py.SDK,
    edit('server.py', 'required_scopes=', 'scopes='),
    'server.py:11',
  ],
  [
    'src.prm-route',
    'a verifier alone',
    py.FASTMCP,
    edit(
      'app/main.py',
      'auth=auth)',
      'auth=JWTVerifier(jwks_uri="https://id.tasks.dev/jwks", issuer="https://id.tasks.dev/", audience="https://mcp.tasks.dev/mcp"))',
    ),
  ],
  [
    'src.prm-route',
    'a redirect URI on the resource server',
    py.OWN_MIDDLEWARE,
    edit(
      'main.py',
      'app.mount',
      '@app.get("/callback")\nasync def callback(code: str):\n    return code\n\n\napp.mount',
    ),
  ],
  [
    'src.middleware-order',
    'a verifier without settings',
    py.SDK,
    edit(
      'server.py',
      '    auth=AuthSettings(issuer_url=ISSUER, resource_server_url=RESOURCE, required_scopes=["read:tasks"]),\n',
      '',
    ),
  ],
  [
    'src.middleware-order',
    'the gate is met before CORS',
    py.OWN_MIDDLEWARE,
    all(
      edit('main.py', 'app.add_middleware(TokenMiddleware)\n', ''),
      edit('main.py', '@app.get("/.well-known', 'app.add_middleware(TokenMiddleware)\n\n\n@app.get("/.well-known'),
    ),
  ],
  [
    'src.middleware-order',
    'a gate before everything, the metadata too',
    py.OWN_MIDDLEWARE,
    edit(
      'main.py',
      '        if not request.url.path.startswith("/mcp"):\n            return await call_next(request)\n',
      '',
    ),
  ],
  [
    'src.challenge',
    'a 401 without challenge',
    py.OWN_MIDDLEWARE,
    edit('main.py', `, headers={"WWW-Authenticate": f'Bearer resource_metadata="{METADATA}"'}`, ''),
  ],
  [
    'src.challenge',
    'a challenge without resource_metadata',
    py.OWN_MIDDLEWARE,
    edit('main.py', `f'Bearer resource_metadata="{METADATA}"'`, `'Bearer realm="tasks"'`),
  ],
  ['src.verifier-claims', 'no audience', py.SDK, edit('verifier.py', 'audience=RESOURCE, ', ''), 'verifier.py:17'],
  ['src.verifier-claims', 'no issuer', py.SDK, edit('verifier.py', ', issuer=ISSUER', '')],
  [
    'src.verifier-claims',
    'nothing verified',
    py.SDK,
    edit('verifier.py', 'options={"require": ["exp"]}', 'options={"verify_signature": False}'),
  ],
  ['src.verifier-claims', 'a shared secret', py.SDK, edit('verifier.py', '["RS256"]', '["HS256"]')],
  [
    'src.verifier-claims',
    'the whole JWKS as key',
    py.SDK,
    edit(
      'verifier.py',
      'key = await anyio.to_thread.run_sync(keys.get_signing_key_from_jwt, token)\n            payload = jwt.decode(token, key.key,',
      'jwks = httpx.get(f"{ISSUER}jwks").json()\n            payload = jwt.decode(token, jwks,',
    ),
  ],
  [
    'src.verifier-claims',
    'a verifier of fastmcp without audience',
    py.FASTMCP,
    edit('app/main.py', ', audience="https://mcp.tasks.dev/mcp"', ''),
  ],
  [
    'src.verifier-claims',
    'an issuer of Auth0 without its slash',
    py.FASTMCP,
    edit('app/main.py', 'issuer="https://id.tasks.dev/"', 'issuer="https://tasks.eu.auth0.com"'),
  ],
  [
    'src.verifier-claims',
    'super() of a protocol',
    py.SDK,
    edit('verifier.py', '        try:', '        return await super().verify_token(token)\n        try:'),
  ],
  [
    'src.verifier-errors',
    'an exception leaves the verifier',
    py.SDK,
    edit('verifier.py', 'return None\n', 'raise ValueError("bad token")\n'),
  ],
  [
    'src.verifier-expiry',
    'milliseconds',
    py.SDK,
    edit('verifier.py', 'expires_at=payload["exp"]', 'expires_at=payload["exp"] * 1000'),
  ],
  ['src.host-guard', 'a guard that knows this machine only', py.SDK, edit('server.py', '"mcp.tasks.dev", ', '')],
  [
    'src.proxy-trust',
    'the host of the request',
    py.OWN_MIDDLEWARE,
    edit(
      'main.py',
      'async def metadata():\n    return {"resource": RESOURCE',
      'async def metadata(request: Request):\n    return {"resource": f"{request.base_url}mcp"',
    ),
  ],
  [
    'src.cors',
    'no Authorization',
    py.OWN_MIDDLEWARE,
    edit('main.py', 'allow_headers=["*"]', 'allow_headers=["Content-Type"]'),
  ],
  ['src.mount', 'the path twice', py.FASTMCP, edit('app/main.py', 'http_app(path="/")', 'http_app()')],
  [
    'src.mount',
    'metadata below the mount',
    py.FASTMCP,
    edit('app/main.py', 'app.router.routes.extend(auth.get_well_known_routes(mcp_path="/mcp"))\n', ''),
  ],
  ['src.lifespan', 'no lifespan', py.FASTMCP, edit('app/main.py', 'FastAPI(lifespan=mcp_app.lifespan)', 'FastAPI()')],
  [
    'src.session-store',
    'sessions on several workers',
    py.SDK,
    all(edit('server.py', '    stateless_http=True,\n', ''), put('Procfile', 'web: uvicorn server:app --workers 4\n')),
  ],
  [
    'src.session-store',
    'the token that opened the session',
    py.SDK,
    all(
      edit('server.py', '    stateless_http=True,\n', ''),
      edit(
        'server.py',
        'from mcp.server.fastmcp',
        'from mcp.server.auth.middleware.auth_context import get_access_token\nfrom mcp.server.fastmcp',
      ),
      edit('server.py', 'return query', 'return get_access_token().client_id'),
    ),
  ],
  ['src.versions', 'an SDK without metadata', py.SDK, edit('pyproject.toml', 'mcp==1.29.0', 'mcp==1.9.4')],
  [
    'src.versions',
    'an SDK with a known hole',
    py.LOWLEVEL,
    edit('requirements.txt', 'mcp==1.29.0', 'mcp==1.29.0\npyjwt==2.3.0'),
  ],
  [
    'env.secrets',
    'a secret in the code',
    py.FASTMCP,
    edit('app/main.py', 'mcp_app =', 'API_KEY = "k9Qx2mVb7Lr4Tz8WnY3c"\nmcp_app ='),
  ],
];

const ENVIRONMENT: Fault[] = [
  ['env.load', 'a variable is missing', ts.SDK_GATE, edit('.env', 'ISSUER=https://id.tasks.dev/\n', '')],
  ['env.load', 'a variable is missing', py.SDK, edit('.env', 'ISSUER=https://id.tasks.dev/\n', '')],
  ['env.format', 'a blank at the end', ts.SDK_GATE, edit('.env', 'dev/mcp\n', 'dev/mcp \n')],
  [
    'env.format',
    'line ends of Windows',
    py.SDK,
    (files) => ({ ...files, '.env': (files['.env'] ?? '').replaceAll('\n', '\r\n') }),
  ],
  ['env.format', 'quotes in quotes', ts.SDK_GATE, edit('.env', 'https://id.tasks.dev/', `"'https://id.tasks.dev/'"`)],
  ['env.format', 'no scheme', ts.SDK_GATE, edit('.env', 'https://id', 'id')],
  [
    'env.format',
    'a scheme where a host name belongs',
    ts.AUTH0_PACKAGE,
    edit('.env', 'AUTH0_DOMAIN=', 'AUTH0_DOMAIN=https://'),
  ],
  [
    'env.format',
    'the value of the example',
    ts.AUTH0_PACKAGE,
    edit('.env', 'tasks.eu.auth0.com', 'your-tenant.auth0.com'),
  ],
  [
    'env.format',
    'an issuer of Auth0 without its slash',
    py.SDK,
    edit('.env', 'https://id.tasks.dev/', 'https://tasks.eu.auth0.com'),
  ],
  [
    'env.public-url',
    'this machine in production',
    ts.SDK_GATE,
    all(
      edit(
        SERVER,
        'const resource = new URL(process.env.MCP_RESOURCE_URL)',
        'const resource = new URL(process.env.PUBLIC_URL)',
      ),
      put(
        '.env',
        'ISSUER=https://id.tasks.dev/\nMCP_RESOURCE_URL=https://mcp.tasks.dev/mcp\nNODE_ENV=production\nPUBLIC_URL=http://localhost:3000/mcp\n',
      ),
    ),
  ],
  [
    'env.public-url',
    'plain http on a public host',
    ts.SDK_GATE,
    all(
      edit(
        SERVER,
        'const resource = new URL(process.env.MCP_RESOURCE_URL)',
        'const resource = new URL(process.env.PUBLIC_URL)',
      ),
      put(
        '.env',
        'ISSUER=https://id.tasks.dev/\nMCP_RESOURCE_URL=https://mcp.tasks.dev/mcp\nPUBLIC_URL=http://mcp.tasks.dev/mcp\n',
      ),
    ),
  ],
];

describe.each([
  ['TypeScript', TYPESCRIPT],
  ['Python', PYTHON],
  ['the environment', ENVIRONMENT],
])('one fault in %s', (_, faults) => {
  it.each(faults)('%s: %s', async (cause, __, healthy, breakIt, place = '') => {
    const { rootCauses, checks } = await examineFiles(breakIt(healthy));
    const finding = checks.find(({ id }) => id === cause);
    expect([rootCauses[0], finding?.detail, finding?.fix]).toEqual([
      cause,
      expect.stringContaining(place) as string,
      expect.stringMatching(/./) as string,
    ]);
    expect(JSON.stringify(finding)).not.toContain('k9Qx2mVb7');
  });
});
