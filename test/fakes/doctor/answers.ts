import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Ask {
  method: string;
  /** Path with query. */
  path: string;
  headers: Record<string, string | undefined>;
  body: string;
}

export interface Answer {
  status: number;
  headers: Record<string, string | string[]>;
  body: string;
}

export const json = (value: unknown, status = 200, headers: Answer['headers'] = {}): Answer => ({
  status,
  headers: { 'content-type': 'application/json', 'access-control-allow-origin': '*', ...headers },
  body: JSON.stringify(value),
});

export const page = (html: string, status = 200, headers: Answer['headers'] = {}): Answer => ({
  status,
  headers: { 'content-type': 'text/html; charset=utf-8', ...headers },
  body: html,
});

export const redirect = (location: string, status = 302): Answer => ({ status, headers: { location }, body: '' });

export const preflight = (): Answer => ({
  status: 204,
  headers: {
    'access-control-allow-origin': '*',
    'access-control-allow-methods': 'GET, POST, DELETE, OPTIONS',
    'access-control-allow-headers': 'authorization, content-type, mcp-protocol-version, mcp-session-id',
  },
  body: '',
});

export interface Listening {
  origin: string;
  port: number;
  close(): Promise<void>;
}

/** Serves what `answer` says on a free loopback port. */
export async function listen(answer: (ask: Ask) => Answer | Promise<Answer>): Promise<Listening> {
  const server: Server = createServer((request, response) => {
    void toAsk(request)
      .then(answer)
      .then(({ status, headers, body }) => response.writeHead(status, headers).end(body))
      .catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    origin: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function toAsk(request: IncomingMessage): Promise<Ask> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  return { method: request.method ?? 'GET', path: request.url ?? '/', headers, body };
}
