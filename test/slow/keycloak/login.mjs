/** A person without a screen at the pages of Keycloak: signs in, agrees, and ends where the client is called back. */

/**
 * @param start what the client wants opened in a browser
 * @param redirect where the client waits
 * @param person { user, password, onPage }; `onPage(html)` sees every page
 * @returns the address at the client, with the code or the error
 */
export async function logIn(start, redirect, { user, password, onPage = () => {} }) {
  const cookies = new Map();
  let request = { url: start, method: 'GET', body: undefined };
  for (let step = 0; step < 15; step++) {
    const response = await fetch(request.url, {
      method: request.method,
      body: request.body,
      redirect: 'manual',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
    });
    for (const line of response.headers.getSetCookie()) {
      const [name = '', value = ''] = line.split(';')[0].split(/=(.*)/s);
      if (/max-age=0/i.test(line)) cookies.delete(name);
      else cookies.set(name, value);
    }
    const location = response.headers.get('location');
    if (location !== null) {
      const next = new URL(location, request.url);
      if (next.href.startsWith(redirect)) return next;
      request = { url: next, method: 'GET', body: undefined };
      continue;
    }
    const html = await response.text();
    onPage(html);
    const form = readForm(html);
    if (form === undefined) throw new Error(`no form to fill in (${response.status}): ${textOf(html)}`);
    if (form.fields.has('username')) form.fields.set('username', user);
    if (form.fields.has('password')) form.fields.set('password', password);
    // Of the buttons of the consent page only the one that is pressed is sent.
    form.fields.delete('cancel');
    request = { url: new URL(form.action, request.url), method: 'POST', body: form.fields };
  }
  throw new Error('the login does not come to an end');
}

/** The first form of a page, with its fields as they are. */
function readForm(html) {
  const form = /<form[^>]*method="post"[^>]*>[^]*?<\/form>/i.exec(html)?.[0];
  if (form === undefined) return undefined;
  const fields = new URLSearchParams();
  for (const [input] of form.matchAll(/<input[^>]*>/g)) {
    const name = /name="([^"]*)"/.exec(input)?.[1];
    if (name && !/type="checkbox"/.test(input)) fields.set(name, /value="([^"]*)"/.exec(input)?.[1] ?? '');
  }
  return { action: (/action="([^"]*)"/.exec(form)?.[1] ?? '').replaceAll('&amp;', '&'), fields };
}

export const textOf = (html) => html.replace(/<(script|style)[^]*?<\/\1>|<[^>]*>/g, ' ').replace(/\s+/g, ' ');
