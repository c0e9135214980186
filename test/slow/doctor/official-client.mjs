import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

export const REDIRECT = 'http://127.0.0.1:33418/callback';

/** What an application keeps for the official client. */
export class Application {
  kept = {};
  redirectUrl = REDIRECT;
  clientMetadata = {
    client_name: 'Official client',
    redirect_uris: [REDIRECT],
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'none',
  };

  /**
   * @param visit (start) -> Promise<URL>: what the person does in the browser, up to where the client is called back
   * @param client one that is registered already
   */
  constructor(visit, client) {
    this.visit = visit;
    this.kept.client = client;
  }

  state = () => 'state-1';
  clientInformation = () => this.kept.client;
  saveClientInformation = (client) => void (this.kept.client = client);
  tokens = () => this.kept.tokens;
  saveTokens = (tokens) => void (this.kept.tokens = tokens);
  codeVerifier = () => this.kept.verifier;
  saveCodeVerifier = (verifier) => void (this.kept.verifier = verifier);
  discoveryState = () => this.kept.discovery;
  saveDiscoveryState = (state) => void (this.kept.discovery = state);
  redirectToAuthorization = async (start) => {
    this.asked = start.searchParams;
    this.callback = (await this.visit(start)).searchParams;
    if (this.callback.has('error')) {
      throw new Error(`${this.callback.get('error')}: ${this.callback.get('error_description')}`);
    }
  };
}

/** From nothing to the result of a tool, with as many logins as the server wants (three at most). */
export async function callTool(url, name, args, application) {
  for (let attempt = 0; attempt < 3; attempt++) {
    const transport = new StreamableHTTPClientTransport(new URL(url), { authProvider: application });
    const client = new Client({ name: 'test', version: '1.0.0' });
    try {
      await client.connect(transport);
      return await client.callTool({ name, arguments: args });
    } catch (error) {
      if (error.name !== 'UnauthorizedError') throw error;
      await transport.finishAuth(application.callback);
    } finally {
      await client.close();
    }
  }
  throw new Error('logged in three times and still refused');
}
