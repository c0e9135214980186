import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { exposed } from './answers.ts';
import type { Caller } from './gate.ts';

const LONGEST_PREAMBLE = 4096;

type Headers = OutgoingHttpHeaders | readonly unknown[] | undefined;

/**
 * Lets web pages read the answer, whatever the application's own CORS says later, and notes the session that it opens or
 * closes before the client can know its id. Both are done when the headers are complete, just before they are sent.
 */
export function watchAnswer(req: IncomingMessage, res: ServerResponse, caller: Caller | undefined): void {
  const writeHead = res.writeHead;
  res.writeHead = function (status: number, ...rest: unknown[]) {
    const [first, second] = rest;
    const reason = typeof first === 'string' ? [first] : [];
    setAll(res, (typeof first === 'string' ? second : (first ?? second)) as Headers);
    if (!res.hasHeader('Access-Control-Allow-Origin')) res.setHeader('Access-Control-Allow-Origin', '*');
    const current = res.getHeader('Access-Control-Expose-Headers') ?? '';
    res.setHeader('Access-Control-Expose-Headers', exposed(String(current)));
    if (caller) noteSession(req, res, status, caller);
    return Reflect.apply(writeHead, res, [status, ...reason]) as typeof res;
  };
}

function noteSession(req: IncomingMessage, res: ServerResponse, status: number, caller: Caller): void {
  const session = res.getHeader('Mcp-Session-Id')?.toString();
  caller.answered(status, session);
  const isStream = String(res.getHeader('Content-Type')).startsWith('text/event-stream');
  // Of the older SSE transport, a stream that nobody has signed in for stays nobody's: whoever did later would be
  // answered on it, and whoever opened it would read that.
  const isLegacy = req.method === 'GET' && isStream && session === undefined;
  if (isLegacy && caller.authInfo) watchEndpoint(res, status, caller);
}

/** The older SSE transport names its session in its first words: `event: endpoint`, `data: /messages?sessionId=…`. */
function watchEndpoint(res: ServerResponse, status: number, caller: Caller): void {
  const write = res.write;
  let seen = '';
  res.write = function (...args: unknown[]) {
    const [chunk] = args;
    seen += typeof chunk === 'string' ? chunk : Buffer.from(chunk as Uint8Array).toString('utf8');
    const [, query = ''] = /^event: *endpoint\r?\ndata: *[^\s?]*\?([^\s#]*)/m.exec(seen) ?? [];
    if (query) caller.answered(status, new URLSearchParams(query).get('sessionId'));
    if (query || seen.length > LONGEST_PREAMBLE) res.write = write;
    return Reflect.apply(write, res, args) as boolean;
  };
}

/** What `writeHead(status, headers)` does with its headers: an object, a list name, value, name …, or one of pairs. */
function setAll(res: ServerResponse, headers: Headers): void {
  if (!Array.isArray(headers)) {
    for (const [name, value] of Object.entries(headers ?? {})) {
      if (value !== undefined) res.setHeader(name, value as string);
    }
    return;
  }
  const list = (Array.isArray(headers[0]) ? headers.flat() : headers) as string[];
  const pairs = list.flatMap((name, i) => (i % 2 === 0 ? [[name, list[i + 1] ?? ''] as const] : []));
  for (const [name] of pairs) res.removeHeader(name);
  for (const [name, value] of pairs) res.appendHeader(name, value);
}
