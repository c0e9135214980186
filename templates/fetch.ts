import { answerTo, exposed, metadataAnswer, metadataPaths, preflight, Refusal, type Answer } from './answers.ts';
import type { AuthInfo } from './auth-info.ts';
import { loadConfig } from './config.ts';
import { createGate, type Caller } from './gate.ts';
import { checkHeaders, MAX_BODY, parseMessages, tooLarge } from './messages.ts';

/** Made at the first request, not when the module is loaded: a build has no configuration and needs none. */
let made: ReturnType<typeof makeGate> | undefined;

function makeGate() {
  const config = loadConfig();
  return { config, metadata: new Set(metadataPaths(config)), gate: createGate(config) };
}

function theGate(): ReturnType<typeof makeGate> {
  return (made ??= makeGate());
}

const callers = new WeakMap<Request, Caller>();

/**
 * Wraps a handler `(request) => Response`: it is called for requests that the gate lets through. Where one handler
 * serves all paths, those named in `open` (letter by letter) need no token.
 */
export function protectMcp<Req extends Request, Rest extends unknown[]>(
  handler: (request: Req, ...rest: Rest) => Response | Promise<Response>,
  { open = [] }: { open?: string[] } = {},
): (request: Req, ...rest: Rest) => Promise<Response> {
  return async (request, ...rest) => {
    const { pathname } = new URL(request.url);
    if (isMetadata(pathname)) return metadata(request);
    if (open.includes(pathname)) return handler(request, ...rest);
    const refusal = await admit(request);
    if (refusal) return refusal;
    const { status, statusText, headers, body } = await handler(request, ...rest);
    const answer = new Response(body, { status, statusText, headers });
    return answered(request, answer);
  };
}

/** What the transport is told about the caller: `transport.handleRequest(request, authOf(request))`. */
export function authOf(request: Request): { authInfo?: AuthInfo } {
  const caller = callers.get(request);
  if (!caller) throw new Error('This request has not passed the gate of protectMcp.');
  return caller.authInfo ? { authInfo: caller.authInfo } : {};
}

/** Who was let through with this request. */
export function callerOf(request: Request): Caller | undefined {
  return callers.get(request);
}

/** Answers requests for the protected resource metadata: GET, HEAD and OPTIONS. */
export function metadata(request: Request): Response {
  return toResponse(metadataAnswer(theGate().config, request.method));
}

/** Whether a path is one of those where clients look for the metadata. */
export function isMetadata(pathname: string): boolean {
  return theGate().metadata.has(pathname);
}

/** Answers OPTIONS of the MCP endpoint. */
export function optionsMcp(request: Request): Response {
  const asked = request.headers.get('Access-Control-Request-Headers');
  return toResponse(preflight('GET, POST, DELETE, OPTIONS', asked));
}

/** The answer when the request may not go on, else undefined. */
export async function admit(request: Request): Promise<Response | undefined> {
  if (request.method === 'OPTIONS') return optionsMcp(request);
  if (callers.has(request)) return undefined; // by a gate around this one
  try {
    const caller = await theGate().gate.admit({
      method: request.method,
      url: request.url,
      authorization: request.headers.get('Authorization') ?? undefined,
      sessionId: request.headers.get('Mcp-Session-Id') ?? undefined,
      protocolVersion: request.headers.get('MCP-Protocol-Version') ?? undefined,
      hasStrayBody: async () => (await readBody(request)).length > 0,
      messages: async () => {
        const { headers } = request;
        checkHeaders(headers.get('Content-Type'), headers.get('Content-Encoding'), headers.get('Content-Length'));
        return parseMessages(await readBody(request));
      },
    });
    callers.set(request, caller);
    Object.assign(request, { auth: caller.authInfo }); // where mcp-handler looks
    return undefined;
  } catch (error) {
    const answer = toResponse(answerTo(error instanceof Refusal ? error : new Refusal(500, '')));
    return withCors(answer);
  }
}

/** Notes the session that the answer opens or closes, and lets web pages read it. */
export function answered(request: Request, response: Response): Response {
  callers.get(request)?.answered(response.status, response.headers.get('Mcp-Session-Id'));
  return withCors(response);
}

function withCors(response: Response): Response {
  const { headers } = response;
  if (!headers.has('Access-Control-Allow-Origin')) headers.set('Access-Control-Allow-Origin', '*');
  headers.set('Access-Control-Expose-Headers', exposed(headers.get('Access-Control-Expose-Headers') ?? ''));
  return response;
}

/** Reads a copy: the body of the request itself stays for the transport. */
async function readBody(request: Request): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  const reader = request.clone().body?.getReader();
  for (let next = await reader?.read(); next?.value; next = await reader?.read()) {
    size += next.value.length;
    if (size > MAX_BODY) {
      void reader?.cancel(); // not awaited: the copy is through only when the request's own body is
      throw tooLarge();
    }
    pieces.push(next.value);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

function toResponse({ status, headers, body }: Answer): Response {
  return new Response(body ?? null, { status, headers });
}
