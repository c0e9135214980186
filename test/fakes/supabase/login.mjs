// The official client against a protected server: node login.mjs URL PERSON TOOL ARGUMENTS. Prints one JSON object.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { agree } from './browser.mjs';

const [url = '', person = '{}', tool = '', args = '{}'] = process.argv.slice(2);
const REDIRECT = 'http://127.0.0.1:33418/callback';

/** @type {any} */
const memory = {};
const provider = {
  redirectUrl: REDIRECT,
  clientMetadata: {
    client_name: 'The official client',
    redirect_uris: [REDIRECT],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  },
  clientInformation: () => memory.client,
  saveClientInformation: (/** @type {any} */ client) => void (memory.client = client),
  tokens: () => memory.tokens,
  saveTokens: (/** @type {any} */ tokens) => void (memory.tokens = tokens),
  saveCodeVerifier: (/** @type {string} */ verifier) => void (memory.verifier = verifier),
  codeVerifier: () => memory.verifier,
  async redirectToAuthorization(/** @type {URL} */ authorization) {
    memory.asked = Object.fromEntries(authorization.searchParams);
    Object.assign(memory, await agree(authorization.href, JSON.parse(person)));
  },
};

async function call() {
  const transport = new StreamableHTTPClientTransport(new URL(url), { authProvider: provider });
  const client = new Client({ name: 'test', version: '1.0.0' });
  try {
    await client.connect(transport);
  } catch (error) {
    if (!(error instanceof UnauthorizedError) || memory.target === undefined) throw error;
    const back = new URL(memory.target).searchParams;
    if (!back.has('code')) throw new Error(`${back.get('error')}: ${back.get('error_description')}`, { cause: error });
    await transport.finishAuth(back.get('code') ?? '');
    const again = new StreamableHTTPClientTransport(new URL(url), { authProvider: provider });
    const signedIn = new Client({ name: 'test', version: '1.0.0' });
    await signedIn.connect(again);
    return signedIn.callTool({ name: tool, arguments: JSON.parse(args) });
  }
  return client.callTool({ name: tool, arguments: JSON.parse(args) });
}

const facts = () => ({ asked: memory.asked, seen: memory.seen, token: memory.tokens?.access_token });
try {
  const result = await call();
  console.log(JSON.stringify({ ok: true, result, ...facts() }));
} catch (error) {
  console.log(JSON.stringify({ ok: false, error: String(error), ...facts() }));
}
process.exit();
