import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerTo, metadataAnswer, metadataPaths, preflight, Refusal, type Answer } from './answers.ts';
import type { AuthInfo } from './auth-info.ts';
import { loadConfig } from './config.ts';
import { createGate } from './gate.ts';
import { checkHeaders, parseMessages, type Message } from './messages.ts';
import { readBody } from './node-body.ts';
import { watchAnswer } from './node-response.ts';

/** A request of node:http, with what Express leaves on it. The SDK's transports look for `auth`. */
export interface NodeRequest extends IncomingMessage {
  auth?: AuthInfo;
  body?: unknown;
  originalUrl?: string;
}

export interface NodeGate {
  /** Answers metadata requests. False when this is none. */
  serveMetadata(req: NodeRequest, res: ServerResponse): boolean;
  /** True when the request may go on to the MCP server; otherwise it has been answered. */
  admit(req: NodeRequest, res: ServerResponse): Promise<boolean>;
}

const letThrough = new WeakSet<IncomingMessage>();

/** Whether a gate of this program has let this very request through. */
export function isLetThrough(req: IncomingMessage): boolean {
  return letThrough.has(req);
}

/** One decision for each request, also when several gates see it: its body is read and answered only once. */
const decisions = new WeakMap<NodeRequest, Promise<boolean>>();

/** The gate for everything that is built on node:http. Throws at once when the configuration is incomplete. */
export function createNodeGate(): NodeGate {
  const config = loadConfig();
  const gate = createGate(config);
  const metadata = new Set(metadataPaths(config));

  return {
    serveMetadata(req, res) {
      if (!metadata.has(pathOf(req))) return false;
      // Unless another listener of the same server has done so.
      if (!res.headersSent) send(res, metadataAnswer(config, req.method));
      return true;
    },

    admit(req, res) {
      const decision = decisions.get(req) ?? decide(req, res);
      decisions.set(req, decision);
      return decision;
    },
  };

  async function decide(req: NodeRequest, res: ServerResponse): Promise<boolean> {
    const { method = '' } = req;
    if (method === 'OPTIONS') {
      const asked = req.headers['access-control-request-headers'];
      send(res, preflight('GET, POST, DELETE, OPTIONS', asked));
      return false;
    }
    try {
      const caller = await gate.admit({
        method,
        url: req.originalUrl ?? req.url ?? '',
        authorization: authorizationOf(req),
        sessionId: req.headers['mcp-session-id']?.toString(),
        protocolVersion: req.headers['mcp-protocol-version']?.toString(),
        hasStrayBody: () => hasBody(req),
        messages: () => readMessages(req),
      });
      if (caller.authInfo) req.auth = caller.authInfo;
      else delete req.auth;
      // Without Origin it is no web page that reads the answer (Fetch §3.2.1), and most answers change no session.
      if (caller.changesSession || req.headers.origin !== undefined) watchAnswer(req, res, caller);
      letThrough.add(req);
      return true;
    } catch (error) {
      watchAnswer(req, res, undefined);
      send(res, answerTo(error instanceof Refusal ? error : new Refusal(500, '')));
      return false;
    }
  }
}

/** The path as sent, without query. */
export function pathOf(req: NodeRequest): string {
  const [path = ''] = (req.originalUrl ?? req.url ?? '').split('?');
  return path;
}

/** Node keeps the first of several Authorization headers; somebody else might take another. */
function authorizationOf({ headers, rawHeaders }: NodeRequest): string | undefined {
  const count = rawHeaders.filter((text, i) => i % 2 === 0 && text.toLowerCase() === 'authorization').length;
  return count > 1 ? 'several, comma separated' : headers.authorization;
}

function hasBody({ headers }: NodeRequest): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0;
}

/** Decides on what the server will read: `req.body` when the framework has parsed it, else bytes that are put back. */
async function readMessages(req: NodeRequest): Promise<Message[]> {
  // An empty body that a parser has taken ends without having been read.
  if (req.readableDidRead || req.readableEnded) return parseMessages(req.body);
  const { headers } = req;
  checkHeaders(headers['content-type'], headers['content-encoding'], headers['content-length']);
  return parseMessages(await readBody(req));
}

function send(res: ServerResponse, { status, headers, body }: Answer): void {
  // The rest of a body that was not read must not become the next request.
  if (status === 413) res.setHeader('Connection', 'close');
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
  res.statusCode = status;
  res.end(body);
}
