/** The few pages of the development server: plain forms, no script, readable with any screen or screen reader. */

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0; } main { max-width: 30rem; margin: 2rem auto; padding: 0 1rem; }
.banner { background: #b45309; color: #fff; padding: .5rem 1rem; text-align: center; font-weight: 600; }
label { display: block; font-weight: 600; } input { font: inherit; padding: .5rem; width: 100%; box-sizing: border-box; }
p.hint { opacity: .75; margin: .25rem 0 1rem; } dt { font-weight: 600; } dd { margin: 0 0 .75rem; overflow-wrap: anywhere; }
button { font: inherit; padding: .5rem 1.25rem; margin: 1rem .5rem 0 0; cursor: pointer; }
code { overflow-wrap: anywhere; }`;

export interface FormTarget {
  action: string;
  /** Ties the form to this login and this step of it. */
  token: string;
}

/** Any name will do; it becomes the subject of the tokens. */
export function loginPage(form: FormTarget, clientName: string, hint = ''): string {
  return page(
    'Sign in',
    `<p><strong>${escape(clientName)}</strong> wants to use your MCP server. Who are you?</p>
${formStart(form)}
<label for="username">User name</label>
<input id="username" name="username" value="${escape(hint || 'dev-user')}" autocomplete="off" autofocus required maxlength="200" aria-describedby="username-hint">
<p class="hint" id="username-hint">Any name: it becomes the subject (sub) of the access token.</p>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="off" aria-describedby="password-hint">
<p class="hint" id="password-hint">Not checked. Leave it empty.</p>
<button type="submit" name="decision" value="sign-in">Sign in</button>
<button type="submit" name="decision" value="cancel" formnovalidate>Cancel</button>
</form>`,
  );
}

export interface ConsentFacts {
  user: string;
  clientName: string;
  clientId: string;
  redirectUri: string;
  resource: string;
  scopes: string[];
}

/** What the client gets, from where it asks, and the three answers: allow, deny, somebody else. */
export function consentPage(form: FormTarget, facts: ConsentFacts): string {
  const scopes = facts.scopes.map((scope) => `<li><code>${escape(scope)}</code></li>`).join('');
  return page(
    'Allow access?',
    `<p>You are signed in as <strong>${escape(facts.user)}</strong>.</p>
<dl>
<dt>Client</dt><dd>${escape(facts.clientName)} <span class="hint">(what it calls itself; id <code>${escape(facts.clientId)}</code>)</span></dd>
<dt>You will be sent back to</dt><dd><code>${escape(hostOf(facts.redirectUri))}</code></dd>
<dt>It wants to use</dt><dd><code>${escape(facts.resource)}</code></dd>
<dt>It will be able to</dt><dd><ul>${scopes}</ul></dd>
</dl>
${formStart(form)}
<button type="submit" name="decision" value="allow">Allow</button>
<button type="submit" name="decision" value="deny">Deny</button>
<button type="submit" name="decision" value="switch">Sign in as somebody else</button>
</form>`,
  );
}

/** @param error OAuth error code (RFC 6749 §4.1.2.1) or a word of ours */
export function errorPage(error: string, description = ''): string {
  return page(
    'This login cannot go on',
    `<p><code>${escape(error)}</code></p><p>${escape(description)}</p>
<p>Go back to your client and start again. The terminal of <code>add-auth dev</code> says more.</p>`,
  );
}

/** What a person sees who opens the issuer in a browser. */
export function homePage(issuer: string, resource: string): string {
  return page(
    'Local authorization server',
    `<p>It signs people in to <code>${escape(resource)}</code>. Connect an MCP client to that URL; the client will send you here.</p>
<p>Issuer: <code>${escape(issuer)}</code> (<a href="/.well-known/oauth-authorization-server">metadata</a>)</p>`,
  );
}

function page(title: string, main: string): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)} (development only)</title><style>${STYLE}</style></head>
<body><div class="banner" role="note">Development only: this server signs in anybody</div>
<main><h1>${escape(title)}</h1>
${main}
</main></body>
</html>
`;
}

const formStart = ({ action, token }: FormTarget): string =>
  `<form method="post" action="${escape(action)}"><input type="hidden" name="token" value="${escape(token)}">`;

/** Where the person ends up: the host, or the scheme of an app (`cursor:`). */
function hostOf(redirectUri: string): string {
  if (!URL.canParse(redirectUri)) return redirectUri;
  const { protocol, host } = new URL(redirectUri);
  return protocol === 'http:' || protocol === 'https:' ? host : `${protocol}//${host}`;
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
