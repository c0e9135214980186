import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { submitLocalLogin } from '../../support/oauth-login.mjs';

const REDIRECT = 'http://127.0.0.1:33418/callback';

/** What an application remembers for the official client; the browser is a driver of forms. */
class Memory {
  redirectUrl = REDIRECT;
  clientMetadata = {
    client_name: 'Official client',
    redirect_uris: [REDIRECT],
    grant_types: ['authorization_code'],
    token_endpoint_auth_method: 'none',
  };
  asked = [];
  state = () => 'state-1';
  clientInformation = () => this.client;
  saveClientInformation = (client) => void (this.client = client);
  tokens = () => this.kept;
  saveTokens = (tokens) => void (this.kept = tokens);
  codeVerifier = () => this.verifier;
  saveCodeVerifier = (verifier) => void (this.verifier = verifier);
  redirectToAuthorization = async (url) => {
    this.asked.push(url.searchParams.get('scope') ?? '');
    this.code = new URL(await submitLocalLogin(url.href, { user: 'anna' })).searchParams.get('code');
  };
}

/**
 * Calls tools one after the other with the official client, which learns everything from the server's challenges.
 * @param {string} url
 * @param {{ name: string, arguments?: object }[]} calls
 * @returns {Promise<{ texts: string[], asked: string[] }>} what the tools said, and the scopes of each login
 */
export async function callAll(url, calls) {
  const memory = new Memory();
  const texts = [];
  for (const call of calls) texts.push(await callOne(url, memory, call));
  return { texts, asked: memory.asked };
}

async function callOne(url, memory, call) {
  for (let attempt = 0; attempt < 3; attempt++) {
    const transport = new StreamableHTTPClientTransport(new URL(url), { authProvider: memory });
    const client = new Client({ name: 'test', version: '1.0.0' });
    try {
      await client.connect(transport);
      const { content } = await client.callTool(call);
      return content[0].text;
    } catch (error) {
      if (!memory.code) throw error;
      await transport.finishAuth(memory.code);
      memory.code = undefined;
    } finally {
      await client.close();
    }
  }
  throw new Error('logged in three times and still refused');
}
