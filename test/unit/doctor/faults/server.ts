import { json, page, redirect } from '../../../fakes/doctor/answers.ts';
import { notFound, type Bench } from '../../../fakes/doctor/bench.ts';
import type { Fault } from './fault.ts';

const wellKnown = '/.well-known/oauth-protected-resource/mcp';
const withoutHeader = (bench: Bench, name: string, when: (authorization: string | undefined) => boolean): void => {
  bench.hooks.mcp = async (ask, usual) => {
    const answer = await usual();
    if (when(ask.headers['authorization'])) delete answer.headers[name];
    return answer;
  };
};
const challenged = (bench: Bench, value: string): void => {
  bench.hooks.mcp = async (_, usual) => {
    const answer = await usual();
    return answer.status === 401 ? { ...answer, headers: { ...answer.headers, 'www-authenticate': value } } : answer;
  };
};
/** What a request without token gets in place of the 401. */
const insteadOf401 = (bench: Bench, answer: () => ReturnType<typeof json>): void => {
  bench.hooks.mcp = (ask, usual) =>
    ask.method === 'POST' && ask.headers['authorization'] === undefined ? answer() : usual();
};

export const SERVER_FAULTS: Fault[] = [
  {
    name: 'no WWW-Authenticate with the 401',
    break: (bench) => withoutHeader(bench, 'www-authenticate', () => true),
    cause: 'ch.header',
    fix: (bench) => [`WWW-Authenticate: Bearer resource_metadata="${bench.origin}${wellKnown}"`],
  },
  {
    name: 'a gateway renames the header',
    break: (bench) => {
      bench.hooks.mcp = async (_, usual) => {
        const { headers, ...answer } = await usual();
        const { 'www-authenticate': value, ...rest } = headers;
        return { ...answer, headers: { ...rest, ...(value && { 'x-amzn-remapped-www-authenticate': value }) } };
      };
    },
    cause: 'ch.header',
    fix: ['API Gateway'],
  },
  {
    name: 'no challenge for a bad token only',
    break: (bench) => withoutHeader(bench, 'www-authenticate', (authorization) => authorization !== undefined),
    cause: 'ch.invalid-token',
    fix: ['error="invalid_token"'],
  },
  {
    name: '403 for a bad token',
    break: (bench) => {
      bench.hooks.mcp = (ask, usual) => (ask.headers['authorization'] ? json({ error: 'forbidden' }, 403) : usual());
    },
    cause: 'ch.invalid-token',
    fix: ['401'],
  },
  {
    name: 'a challenge without resource_metadata',
    break: (bench) => challenged(bench, 'Bearer realm="mcp", error="invalid_token"'),
    cause: 'ch.resource-metadata',
    level: 'warn',
    fix: (bench) => [`resource_metadata="${bench.origin}${wellKnown}"`],
  },
  {
    name: 'a relative resource_metadata',
    break: (bench) => void (bench.challenge['resource_metadata'] = wellKnown),
    cause: 'ch.resource-metadata',
    fix: (bench) => [`resource_metadata="${bench.origin}${wellKnown}"`],
  },
  {
    name: 'resource_metadata without quotes',
    break: (bench) => challenged(bench, `Bearer error="invalid_token", resource_metadata=${bench.origin}${wellKnown}`),
    cause: 'ch.resource-metadata',
    level: 'warn',
    fix: (bench) => [`resource_metadata="${bench.origin}${wellKnown}"`],
  },
  {
    name: 'resource_metadata leads to another host',
    break: (bench) => void (bench.challenge['resource_metadata'] = `https://staging.invalid${wellKnown}`),
    cause: 'ch.resource-metadata',
    fix: (bench) => [`resource_metadata="${bench.origin}${wellKnown}"`, 'base URL'],
  },
  {
    name: 'resource_metadata leads to nothing, the metadata are elsewhere',
    break: (bench) => void (bench.challenge['resource_metadata'] = `${bench.origin}/metadata`),
    cause: 'ch.resource-metadata',
    fix: (bench) => [`resource_metadata="${bench.origin}${wellKnown}"`],
  },
  {
    name: 'resource_metadata is built from X-Forwarded-Host',
    break: (bench) => {
      bench.hooks.mcp = (ask, usual) => {
        const host = ask.headers['x-forwarded-host'];
        bench.challenge['resource_metadata'] = host ? `http://${host}${wellKnown}` : `${bench.origin}${wellKnown}`;
        return usual();
      };
    },
    cause: 'ch.resource-metadata',
    fix: ['fixed public URL'],
  },
  {
    name: 'Basic stands before Bearer',
    break: (bench) =>
      challenged(
        bench,
        `Basic realm="x", Bearer error="invalid_token", resource_metadata="${bench.origin}${wellKnown}"`,
      ),
    cause: 'ch.scheme',
    fix: ['Bearer first'],
  },
  {
    name: 'the challenge asks for offline_access',
    break: (bench) => void (bench.challenge['scope'] = 'read:tasks offline_access'),
    cause: 'ch.scope',
    level: 'warn',
    fix: ['scope="read:tasks"'],
  },
  {
    name: '200 with a JSON-RPC error',
    break: (bench) =>
      insteadOf401(bench, () => json({ jsonrpc: '2.0', id: 1, error: { code: -32001, message: 'Unauthorized' } })),
    cause: 'ch.status',
    fix: ['401', 'WWW-Authenticate'],
  },
  {
    name: '302 to the login page of the web app',
    break: (bench) => insteadOf401(bench, () => redirect('/login')),
    cause: 'ch.status',
    fix: ['login middleware', '401'],
  },
  {
    name: '404 from a guard that hides the endpoint',
    break: (bench) => insteadOf401(bench, () => json({ error: 'not_found' }, 404)),
    cause: 'ch.status',
    fix: ['401'],
  },
  {
    name: '403 without token',
    break: (bench) => insteadOf401(bench, () => json({ error: 'forbidden' }, 403)),
    cause: 'ch.status',
    fix: ['401'],
  },
  {
    name: '500 without token',
    break: (bench) => insteadOf401(bench, () => json({ error: 'oops' }, 500)),
    cause: 'ch.status',
    fix: ['401'],
  },
  {
    name: 'no gate at all',
    break: (bench) => {
      bench.hooks.mcp = (ask, usual) =>
        ask.method === 'POST' ? json({ jsonrpc: '2.0', id: 1, result: { tools: [] } }) : usual();
    },
    cause: 'ch.status',
    fix: ['add-auth'],
  },
  ...[
    { what: 'plain text', answer: { status: 200, headers: { 'content-type': 'text/plain' }, body: 'ok' } },
    { what: 'JSON that is no JSON-RPC', answer: json({ status: 'ok' }) },
  ].map(({ what, answer }): Fault => ({
    name: `another program, which answers everything with ${what}`,
    break: (bench) => void (bench.hooks.all = () => answer),
    cause: 'mcp.endpoint',
    fix: ['/mcp is not it'],
  })),
  {
    name: 'another program at this path, the MCP server at another',
    break: (bench) => {
      bench.hooks.all = async (ask, usual) => {
        if (ask.path === '/mcp') return json({ status: 'ok' });
        return ask.path === '/api/mcp' ? bench.unauthorized() : usual();
      };
      bench.hooks.prm = (ask) => notFound(ask);
    },
    cause: 'mcp.endpoint',
    fix: (bench) => [`Give clients ${bench.origin}/api/mcp`],
  },
  {
    name: 'initialize is open, the rest is not',
    break: (bench) => {
      bench.hooks.mcp = (ask, usual) =>
        ask.method === 'POST' && ask.body.includes('"initialize"')
          ? json({ jsonrpc: '2.0', id: 1, result: { capabilities: {} } })
          : usual();
    },
    cause: 'ch.status',
    level: 'warn',
    fix: ['whole endpoint'],
  },
  {
    name: 'initialize is gated, the rest is not',
    break: (bench) => {
      bench.hooks.mcp = (ask, usual) =>
        ask.method === 'POST' && !ask.body.includes('"initialize"')
          ? json({ jsonrpc: '2.0', id: 1, result: { tools: [] } })
          : usual();
    },
    cause: 'ch.status',
    fix: ['whole endpoint'],
  },
  {
    name: 'the server hangs',
    break: (bench) => {
      bench.hooks.mcp = (_, usual) => new Promise((resolve) => setTimeout(() => void usual().then(resolve), 700));
    },
    timeout: 400,
    cause: 'net.latency',
    fix: ['warm'],
  },
  {
    name: 'nothing at this path',
    break: (bench) => {
      bench.hooks.mcp = (ask) => notFound(ask);
      bench.hooks.prm = (ask) => notFound(ask);
    },
    cause: 'mcp.endpoint',
    fix: ['/mcp'],
  },
  {
    name: 'the server is at another path, which its metadata name',
    break: (bench) => {
      bench.prm['resource'] = `${bench.origin}/api/mcp`;
      bench.hooks.mcp = (ask) => notFound(ask);
      bench.hooks.prm = (ask, usual) => (ask.path.endsWith('/mcp') ? notFound(ask) : usual());
    },
    cause: 'mcp.endpoint',
    fix: (bench) => [`${bench.origin}/api/mcp`],
  },
  {
    name: 'a web page in place of MCP',
    break: (bench) => void (bench.hooks.mcp = () => page('<!doctype html><title>App</title>')),
    cause: 'mcp.endpoint',
    fix: [/path|Give/],
  },
  {
    name: 'the old transport only',
    break: (bench) => {
      bench.hooks.mcp = (ask, usual) => (ask.method === 'POST' ? json({}, 405) : usual());
    },
    cause: 'mcp.transport',
    fix: ['Streamable HTTP'],
  },
  {
    name: 'the host guard does not know the host',
    break: (bench) => void (bench.hooks.mcp = () => page('Invalid Host header', 421)),
    cause: 'mcp.host',
    fix: (bench) => [new URL(bench.url).host, 'allowed_hosts'],
  },
  {
    name: 'a firewall turns away AI agents',
    break: (bench) => {
      bench.hooks.mcp = (ask, usual) =>
        /Claude-User|openai-mcp/.test(ask.headers['user-agent'] ?? '') ? page('error code: 1010', 403) : usual();
    },
    cause: 'net.edge',
    fix: ['/.well-known/*', 'skip rule'],
  },
  {
    name: 'a Cloudflare challenge for everybody',
    break: (bench) => void (bench.hooks.mcp = () => page('<title>Just a moment...</title>', 403)),
    cause: 'net.edge',
    fix: ['Exempt'],
  },
  {
    name: 'the page of a tunnel',
    break: (bench) => {
      bench.hooks.all = () => page('<title>ngrok</title>', 200, { 'ngrok-error-code': 'ERR_NGROK_6024' });
    },
    cause: 'net.tunnel',
    fix: ['static domain'],
  },
  {
    name: 'a tunnel that is gone',
    break: (bench) => {
      bench.hooks.all = () => page('gone', 404, { 'ngrok-error-code': 'ERR_NGROK_3200' });
    },
    cause: 'net.tunnel',
    fix: ['new URL'],
  },
  {
    name: 'a redirect to the spelling with a slash',
    break: (bench) => void (bench.hooks.mcp = () => redirect('/mcp/', 307)),
    cause: 'net.redirect',
    fix: ['redirect_slashes=False'],
  },
  {
    name: 'OPTIONS goes through the gate',
    break: (bench) => {
      bench.hooks.mcp = (ask, usual) => (ask.method === 'OPTIONS' ? bench.unauthorized() : usual());
    },
    cause: 'cors.preflight',
    fix: ['OPTIONS', '204'],
  },
  {
    name: 'no CORS at all',
    break: (bench) => {
      bench.hooks.mcp = async (ask, usual) => {
        const answer = await usual();
        const headers = Object.entries(answer.headers).filter(([name]) => !name.startsWith('access-control-'));
        return {
          ...answer,
          status: ask.method === 'OPTIONS' ? 404 : answer.status,
          headers: Object.fromEntries(headers),
        };
      };
    },
    cause: 'cors.preflight',
    level: 'warn',
    fix: ['Access-Control-Allow-Origin'],
  },
  {
    name: 'the challenge is not exposed',
    break: (bench) => withoutHeader(bench, 'access-control-expose-headers', () => true),
    cause: 'cors.expose',
    level: 'warn',
    fix: ['Access-Control-Expose-Headers: WWW-Authenticate, Mcp-Session-Id'],
  },
  {
    name: 'CORS headers twice',
    break: (bench) => {
      bench.hooks.mcp = async (_, usual) => {
        const answer = await usual();
        return { ...answer, headers: { ...answer.headers, 'access-control-allow-origin': ['*', '*'] } };
      };
    },
    cause: 'cors.duplicate',
    fix: ['one layer'],
  },
  {
    name: 'any word is a token',
    break: (bench) => {
      bench.hooks.mcp = (ask, usual) =>
        ask.headers['authorization'] && ask.method === 'POST' ? json({ jsonrpc: '2.0', id: 1, result: {} }) : usual();
    },
    cause: 'rs.rejects-garbage',
    fix: ['Verify every token'],
  },
  {
    name: 'tokens are read and not verified',
    break: (bench) => {
      bench.hooks.mcp = (ask, usual) => {
        const isJwt = ask.headers['authorization']?.split('.').length === 3;
        return isJwt && ask.method === 'POST' ? json({ jsonrpc: '2.0', id: 1, result: {} }) : usual();
      };
    },
    cause: 'rs.rejects-garbage',
    fix: ['signature'],
  },
  {
    name: 'a bad token makes it fail',
    break: (bench) => {
      bench.hooks.mcp = (ask, usual) => (ask.headers['authorization'] ? json({ error: 'server_error' }, 500) : usual());
    },
    cause: 'rs.error-mapping',
    fix: ['InvalidTokenError'],
  },
  {
    name: 'the server cannot fetch the keys itself',
    break: (bench) => {
      bench.hooks.mcp = (ask, usual) =>
        ask.headers['authorization']?.split('.').length === 3 ? json({ error: 'unavailable' }, 503) : usual();
    },
    cause: 'jwks.app',
    fix: ['NODE_EXTRA_CA_CERTS'],
  },
];
