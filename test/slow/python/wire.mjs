import http from 'node:http';

const HELLO = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
};

/** MCP over HTTP by hand: any header can be sent, and every answer is seen. */
export class Wire {
  constructor(url) {
    this.url = url;
  }

  send(method, { token, body, headers = {}, path } = {}) {
    const url = new URL(path ?? this.url, this.url);
    const options = {
      method,
      headers: {
        accept: 'application/json, text/event-stream',
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        'mcp-protocol-version': '2025-06-18',
        ...headers,
      },
    };
    return new Promise((resolve, reject) => {
      const request = http.request(url, options, (response) => {
        const pieces = [];
        response.on('data', (piece) => pieces.push(piece));
        response.on('error', reject);
        response.on('end', () => {
          const { statusCode: status, headers: answered } = response;
          const text = Buffer.concat(pieces).toString();
          resolve({ status, headers: answered, text, challenge: answered['www-authenticate'] ?? '' });
        });
      });
      request.on('error', reject);
      request.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body));
    });
  }

  post(token, body, headers) {
    return this.send('POST', { token, body, headers });
  }

  call(name, args = {}) {
    return { jsonrpc: '2.0', id: 7, method: 'tools/call', params: { name, arguments: args } };
  }

  /** Opens a conversation: headers to go on with, empty where the server keeps no sessions. */
  async open(token, headers = {}) {
    const answer = await this.post(token, HELLO, headers);
    const session = answer.headers['mcp-session-id'];
    const more = { ...headers, ...(session && { 'mcp-session-id': session }) };
    if (answer.status === 200) await this.post(token, { jsonrpc: '2.0', method: 'notifications/initialized' }, more);
    return { answer, headers: more };
  }
}

/** The text that a tool gave. */
export function textOf(answer) {
  return resultOf(answer)?.content?.[0]?.text;
}

/** The result of an answer, which may be a stream. */
export function resultOf({ text }) {
  const line = text.split('\n').find((part) => part.startsWith('data:') && part.includes('"result"')) ?? text;
  return JSON.parse(line.replace(/^data:/, '')).result;
}

/** Whether a body is that of a call which a tool has answered. */
export function wasCarriedOut(text) {
  return text.includes('"result"') && !text.includes('"isError":true');
}
