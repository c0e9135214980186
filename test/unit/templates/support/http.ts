import { request, type IncomingHttpHeaders } from 'node:http';

export interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  rawHeaders: string[];
  text: string;
}

export interface Send {
  method?: string;
  /** Sent as it is, e.g. `//mcp`. */
  path?: string;
  headers?: Record<string, string | string[]>;
  body?: unknown;
  /** The body in pieces, one by one. */
  pieces?: Buffer[];
  /** Resolves with what has come when this text is there: for streams. */
  until?: string;
}

/** Sends one request exactly as told; values that are no text or bytes go as JSON. */
export function send(
  origin: string,
  { method = 'POST', path = '/mcp', headers = {}, body, pieces, until }: Send,
): Promise<Reply> {
  const { hostname, port } = new URL(origin);
  const bytes =
    body === undefined
      ? undefined
      : Buffer.isBuffer(body)
        ? body
        : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const all = {
    ...(body === undefined && !pieces ? {} : { 'content-type': 'application/json' }),
    ...(bytes ? { 'content-length': String(bytes.length) } : {}),
    accept: 'application/json, text/event-stream',
    ...headers,
  };
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, method, headers: all, agent: false }, (res) => {
      let text = '';
      const finish = (): void =>
        resolve({ status: res.statusCode ?? 0, headers: res.headers, rawHeaders: res.rawHeaders, text });
      res.setEncoding('utf8');
      res.on('data', (piece: string) => {
        text += piece;
        if (until === undefined || !text.includes(until)) return;
        finish();
        sent.destroy();
      });
      res.on('end', finish);
    });
    sent.on('error', reject);
    if (pieces) void sendPieces(pieces, sent);
    else sent.end(bytes);
  });
}

async function sendPieces(pieces: Buffer[], sent: ReturnType<typeof request>): Promise<void> {
  for (const piece of pieces) {
    sent.write(piece);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  sent.end();
}
