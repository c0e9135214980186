import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Interaction, InteractionResults, Provider } from 'oidc-provider';
import { consentPage, errorPage, loginPage, type FormTarget } from './pages.ts';

const PREFIX = '/interaction/';
const MAX_BODY = 10_000;

export interface InteractionInput {
  provider: Provider;
  issuer: string;
  /** Signs the hidden field of the forms. */
  secret: string;
}

/** The login and consent step of an authorization request: shows the form, or takes the answer. */
export async function interact(
  input: InteractionInput,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { provider } = input;
  const interaction = await provider.interactionDetails(request, response).catch(() => undefined);
  // The cookie says which login this browser is in; another one's address is of no use.
  if (!interaction || request.url?.split('?')[0] !== PREFIX + interaction.uid) {
    return sendPage(response, 400, errorPage('expired', 'This login has expired, or was started in another browser.'));
  }
  const form = { action: PREFIX + interaction.uid, token: formToken(input.secret, interaction) };
  if (request.method === 'GET') return sendPage(response, 200, await formPage(provider, interaction, form));
  const answer = request.method === 'POST' ? await readForm(request) : undefined;
  if (!answer || !isOurForm(input.issuer, request, answer.get('token') ?? '', form.token)) {
    return sendPage(response, 403, errorPage('refused', 'This form was not sent from the page of this server.'));
  }
  if (answer.get('decision') === 'switch') return startAgain(provider, interaction, response);
  const result = await decide(provider, interaction, answer);
  if (!result) return sendPage(response, 400, await formPage(provider, interaction, form));
  return provider.interactionFinished(request, response, result, { mergeWithLastSubmission: 'consent' in result });
}

async function formPage(provider: Provider, interaction: Interaction, form: FormTarget): Promise<string> {
  const { params } = interaction;
  const clientId = String(params['client_id']);
  const client = await provider.Client.find(clientId);
  const clientName = client?.clientName ?? clientId;
  if (interaction.prompt.name === 'login') return loginPage(form, clientName, String(params['login_hint'] ?? ''));
  return consentPage(form, {
    user: interaction.session?.accountId ?? '',
    clientName,
    clientId,
    redirectUri: String(params['redirect_uri']),
    resource: String(params['resource'] ?? ''),
    scopes: String(params['scope'] ?? '').split(' '),
  });
}

/** @returns undefined when the form is to be shown again */
async function decide(
  provider: Provider,
  interaction: Interaction,
  answer: URLSearchParams,
): Promise<InteractionResults | undefined> {
  const decision = answer.get('decision');
  if (interaction.prompt.name === 'login') {
    if (decision === 'cancel') return { error: 'access_denied', error_description: 'the person did not sign in' };
    const user = (answer.get('username') ?? '').trim();
    return user === '' || user.length > 200 ? undefined : { login: { accountId: user } };
  }
  // Only the button itself allows: a form without it denies.
  if (decision !== 'allow') return { error: 'access_denied', error_description: 'the person denied access' };
  return { consent: { grantId: await grantWhatIsMissing(provider, interaction) } };
}

/** Forgets who is signed in here and repeats the authorization request, so that another user can be tried. */
async function startAgain(provider: Provider, interaction: Interaction, response: ServerResponse): Promise<void> {
  const session = interaction.session && (await provider.Session.findByUid(interaction.session.uid));
  await session?.destroy();
  const parameters = Object.entries(interaction.params).filter(([, value]) => typeof value === 'string');
  const query = new URLSearchParams(parameters as [string, string][]).toString();
  response.writeHead(303, { location: `/authorize?${query}` }).end();
}

async function grantWhatIsMissing(provider: Provider, interaction: Interaction): Promise<string> {
  const earlier = interaction.grantId === undefined ? undefined : await provider.Grant.find(interaction.grantId);
  const grant =
    earlier ??
    new provider.Grant({
      accountId: interaction.session!.accountId,
      clientId: String(interaction.params['client_id']),
    });
  const missing = interaction.prompt.details as {
    missingOIDCScope?: string[];
    missingResourceScopes?: Record<string, string[]>;
  };
  if (missing.missingOIDCScope) grant.addOIDCScope(missing.missingOIDCScope.join(' '));
  for (const [resource, scopes] of Object.entries(missing.missingResourceScopes ?? {})) {
    grant.addResourceScope(resource, scopes.join(' '));
  }
  return grant.save();
}

function formToken(secret: string, { uid, prompt }: Interaction): string {
  return createHmac('sha256', secret).update(`${uid} ${prompt.name}`).digest('base64url');
}

/** Against forms posted from other pages: pages of other ports count as the same site for cookies. */
function isOurForm(issuer: string, request: IncomingMessage, token: string, expected: string): boolean {
  const { origin } = request.headers;
  if (origin !== undefined && origin !== issuer && origin !== 'null') return false;
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin') return false;
  return token.length === expected.length && timingSafeEqual(Buffer.from(token), Buffer.from(expected));
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams | undefined> {
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > MAX_BODY) return undefined;
  }
  return new URLSearchParams(text);
}

/** Sends a page that nothing can frame, script or keep. */
export function sendPage(response: ServerResponse, status: number, html: string): void {
  response
    .writeHead(status, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy':
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    })
    .end(html);
}
