import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

interface Application {
  redirectUri: string;
  /** Takes the login to its end; where the browser is sent back to. */
  browse(start: URL): Promise<URL>;
  /** A client id that somebody typed; without one the client registers itself. */
  clientId?: string;
}

/** What an application keeps for the official client. */
export class Memory {
  callback = new URLSearchParams();
  readonly redirectUrl: string;
  readonly clientMetadata;
  readonly #kept: Record<string, unknown> = {};
  readonly #browse: Application['browse'];

  constructor({ redirectUri, browse, clientId }: Application) {
    this.redirectUrl = redirectUri;
    this.#browse = browse;
    if (clientId !== undefined) this.#kept['client'] = { client_id: clientId };
    this.clientMetadata = {
      client_name: 'Official client',
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: 'none',
    };
  }

  state = (): string => 'state-1';
  clientInformation = (): never => this.#kept['client'] as never;
  saveClientInformation = (client: unknown): void => void (this.#kept['client'] = client);
  tokens = (): never => this.#kept['tokens'] as never;
  saveTokens = (tokens: unknown): void => void (this.#kept['tokens'] = tokens);
  codeVerifier = (): string => String(this.#kept['verifier']);
  saveCodeVerifier = (verifier: string): void => void (this.#kept['verifier'] = verifier);
  discoveryState = (): never => this.#kept['discovery'] as never;
  saveDiscoveryState = (state: unknown): void => void (this.#kept['discovery'] = state);
  redirectToAuthorization = async (start: URL): Promise<void> => {
    this.callback = (await this.#browse(start)).searchParams;
    if (this.callback.has('error'))
      throw new Error(`${this.callback.get('error')}: ${this.callback.get('error_description')}`);
  };
}

/** A browser whose user is signed in and agrees to everything: it is sent back at once. */
export async function agree(start: URL, send: typeof fetch = fetch): Promise<URL> {
  const response = await send(start, { redirect: 'manual' });
  const location = response.headers.get('location');
  if (location === null) throw new Error(`stuck: ${response.status} ${await response.text()}`);
  return new URL(location);
}

/** From nothing to the result of a tool, with as many logins as the server wants (three at most). */
export async function callTool(
  url: string,
  tool: { name: string; arguments: Record<string, unknown> },
  memory: Memory,
  send: typeof fetch = fetch,
): Promise<unknown> {
  for (let attempt = 0; attempt < 3; attempt++) {
    const transport = new StreamableHTTPClientTransport(new URL(url), { authProvider: memory, fetch: send });
    const client = new Client({ name: 'test', version: '1.0.0' });
    try {
      await client.connect(transport);
      return await client.callTool(tool);
    } catch (error) {
      if ((error as Error).name !== 'UnauthorizedError') throw error;
      await transport.finishAuth(memory.callback);
    } finally {
      await client.close();
    }
  }
  throw new Error('logged in three times and still refused');
}
