import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { interact, sendPage, type InteractionInput } from './interaction.ts';
import { errorPage, homePage } from './pages.ts';
import type { Report } from './report.ts';
import type { LocalSettings } from './settings.ts';

export interface FrontInput extends InteractionInput {
  settings: () => LocalSettings;
  report: Report;
}

/** Pages for people: never for scripts of other origins. */
const isPage = (path: string): boolean => path.startsWith('/authorize') || path.startsWith('/interaction/');

/** The HTTP around oidc-provider: which requests get through to it, and in what shape. */
export function createFront(input: FrontInput): RequestListener {
  const callback = input.provider.callback();
  const { host } = new URL(input.issuer);
  return (request, response) => {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    // Another name for this machine would be DNS rebinding, or lead to metadata that do not match the issuer.
    if (request.headers.host?.toLowerCase() !== host) {
      response.writeHead(421, { 'content-type': 'text/plain' }).end(`This server is ${input.issuer}\n`);
      return;
    }
    if (!isPage(path) && answerCors(request, response)) return;
    if (path === '/') return sendPage(response, 200, homePage(input.issuer, input.settings().resource));
    if (path.startsWith('/interaction/')) return void guarded(input, request, response);
    if (path === '/authorize') addDefaultScope(request, input);
    void callback(request, response);
  };
}

/**
 * Clients in a browser (the Inspector) call metadata, registration and token endpoint from their own origin. None of
 * these trusts a cookie, so any origin may.
 * @returns true when the request was a preflight and is answered
 */
function answerCors(request: IncomingMessage, response: ServerResponse): boolean {
  response.setHeader('access-control-allow-origin', '*');
  response.setHeader('access-control-expose-headers', 'WWW-Authenticate');
  if (request.method !== 'OPTIONS') return false;
  response
    .writeHead(204, {
      'access-control-allow-methods': 'GET, POST, OPTIONS',
      'access-control-allow-headers': request.headers['access-control-request-headers'] ?? '*',
      'access-control-max-age': '3600',
    })
    .end();
  return true;
}

/** A request without scope gets the default instead of an error (RFC 6749 §3.3). */
function addDefaultScope(request: IncomingMessage, { issuer, settings }: FrontInput): void {
  const url = new URL(request.url ?? '/', issuer);
  if (request.method !== 'GET' || url.searchParams.get('scope')) return;
  url.searchParams.set('scope', settings().defaultScopes.join(' ') || 'openid');
  request.url = url.pathname + url.search;
}

async function guarded(input: FrontInput, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    await interact(input, request, response);
  } catch (error) {
    input.report.warn(`Login failed: ${(error as Error).message}`);
    if (!response.headersSent)
      sendPage(response, 500, errorPage('server_error', 'The terminal of add-auth dev says more.'));
    else response.end();
  }
}
