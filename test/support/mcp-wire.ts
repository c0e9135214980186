/** MCP over HTTP by hand, so that no client library hides an answer. */
export interface WireAnswer {
  status: number;
  headers: Headers;
  text: string;
  /** `WWW-Authenticate`, empty when there is none. */
  challenge: string;
}

const INITIALIZE = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1.0.0' } },
};

export class McpWire {
  readonly url: string;
  #id = 10;

  constructor(url: string) {
    this.url = url;
  }

  call(name: string, args: object = {}): object {
    return { jsonrpc: '2.0', id: this.#id++, method: 'tools/call', params: { name, arguments: args } };
  }

  async post(token: string | undefined, body: unknown, headers: Record<string, string> = {}): Promise<WireAnswer> {
    return this.send('POST', token, body, headers);
  }

  async send(
    method: string,
    token: string | undefined,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<WireAnswer> {
    const response = await fetch(this.url, {
      method,
      headers: {
        accept: 'application/json, text/event-stream',
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(10_000),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      text,
      challenge: response.headers.get('www-authenticate') ?? '',
    };
  }

  /** Opens a conversation and calls a tool in it. */
  async callTool(token: string, name: string, args: object = {}): Promise<WireAnswer & { session: string | null }> {
    const opened = await this.post(token, INITIALIZE);
    if (opened.status !== 200) return { ...opened, session: null };
    const session = opened.headers.get('mcp-session-id');
    const answer = await this.post(token, this.call(name, args), {
      'mcp-protocol-version': '2025-11-25',
      ...(session !== null && { 'mcp-session-id': session }),
    });
    return { ...answer, session };
  }

  initialize(token: string | undefined): Promise<WireAnswer> {
    return this.post(token, INITIALIZE);
  }
}
