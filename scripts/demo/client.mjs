import { Client, StreamableHTTPClientTransport, UnauthorizedError } from '@modelcontextprotocol/client';
import { Browser } from './browser.mjs';

const REDIRECT = 'http://127.0.0.1:33418/callback';

/**
 * The official SDK client with an empty memory: everything it knows it learns from the server's challenges.
 * @param {string} url MCP endpoint
 * @param {{ user: string, onExchange(e: object): void, onAuthorize(url: URL): void, onPage(title: string): void }} on
 */
export class DemoClient {
  #callback;
  #live;

  constructor(url, on) {
    this.url = new URL(url);
    this.on = on;
    const browser = new Browser(on);
    this.provider = new Memory(async (authorization) => {
      on.onAuthorize(authorization);
      this.#callback = await browser.signIn(authorization, REDIRECT);
    });
  }

  listTools() {
    return this.#signedIn((client) => client.listTools());
  }

  async callTool(name, args) {
    const result = await this.#signedIn((client) => client.callTool({ name, arguments: args }));
    if (result.isError) throw new Error(`${name} failed: ${JSON.stringify(result.content)}`);
    return JSON.parse(result.content[0].text);
  }

  async close() {
    await this.#live?.client.close();
  }

  /** Signs in as often as the server asks for it: first for a token, later for more scopes. */
  async #signedIn(use) {
    for (let attempt = 0; ; attempt++) {
      const transport = this.#live?.transport ?? this.#transport();
      try {
        if (!this.#live) {
          const client = new Client({ name: 'Demo Client', version: '1.0.0' });
          await client.connect(transport);
          this.#live = { client, transport };
        }
        return await use(this.#live.client);
      } catch (error) {
        if (!(error instanceof UnauthorizedError) || !this.#callback || attempt >= 3) throw error;
        await transport.finishAuth(this.#callback.searchParams);
        this.#callback = undefined;
        await this.#live?.client.close().catch(() => undefined);
        this.#live = undefined;
      }
    }
  }

  #transport() {
    return new StreamableHTTPClientTransport(this.url, { authProvider: this.provider, fetch: this.#fetch });
  }

  #fetch = async (input, init) => {
    const response = await fetch(input, init);
    this.on.onExchange({
      url: new URL(String(input?.url ?? input)),
      method: init?.method ?? 'GET',
      body: init?.body,
      response,
    });
    return response;
  };
}

/** What a client remembers between requests, here in memory. */
class Memory {
  redirectUrl = REDIRECT;
  clientMetadata = {
    client_name: 'Demo Client',
    redirect_uris: [REDIRECT],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
    application_type: 'native',
  };

  constructor(open) {
    this.redirectToAuthorization = open;
  }

  state = () => crypto.randomUUID();
  clientInformation = () => this.client;
  saveClientInformation = (client) => void (this.client = client);
  tokens = () => this.current;
  saveTokens = (tokens) => void (this.current = tokens);
  codeVerifier = () => this.verifier;
  saveCodeVerifier = (verifier) => void (this.verifier = verifier);
  discoveryState = () => this.discovery;
  saveDiscoveryState = (discovery) => void (this.discovery = discovery);
}
