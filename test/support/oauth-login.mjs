// A person without a screen: goes through the login and consent pages of `add-auth dev` and ends where the browser
// would call the client.

/** @type {(html: string) => { action: string, token: string, isLogin: boolean } | undefined} */
function readForm(html) {
  const action = /<form method="post" action="([^"]+)"/.exec(html)?.[1];
  const token = /name="token" value="([^"]+)"/.exec(html)?.[1];
  if (action === undefined || token === undefined) return undefined;
  return { action, token, isLogin: html.includes('name="username"') };
}

/**
 * @param {string} url what the client wants opened in a browser
 * @param {{ user?: string, decision?: 'allow' | 'deny' | 'cancel', cookies?: Map<string, string>, switchUser?: boolean, onPage?: (html: string) => void }} [options]
 * @returns {Promise<string>} the address at the client the browser is sent back to
 */
export async function submitLocalLogin(url, options = {}) {
  const { user = 'dev-user', decision = 'allow', cookies = new Map(), onPage } = options;
  let { switchUser = false } = options;
  const { origin } = new URL(url);
  let request = { url, method: 'GET', body: /** @type {string | undefined} */ (undefined) };
  for (let step = 0; step < 12; step += 1) {
    const response = await fetch(request.url, {
      method: request.method,
      redirect: 'manual',
      headers: {
        cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        ...(request.body !== undefined && { 'content-type': 'application/x-www-form-urlencoded', origin }),
      },
      ...(request.body !== undefined && { body: request.body }),
    });
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      const at = pair.indexOf('=');
      if (/expires=thu, 01 jan 1970/i.test(line)) cookies.delete(pair.slice(0, at));
      else cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
    const location = response.headers.get('location');
    if (location !== null) {
      const next = new URL(location, request.url);
      if (next.origin !== origin) return next.href;
      request = { url: next.href, method: 'GET', body: undefined };
      continue;
    }
    const html = await response.text();
    onPage?.(html);
    const form = readForm(html);
    if (form === undefined)
      throw new Error(
        `no form to fill in (${response.status}): ${html.replace(/<style>[^]*<\/style>|<[^>]*>|\s+/g, ' ')}`,
      );
    const answer = form.isLogin
      ? { username: user, password: '', decision: decision === 'cancel' ? 'cancel' : 'sign-in' }
      : { decision: switchUser ? 'switch' : decision };
    if (!form.isLogin) switchUser = false;
    request = {
      url: new URL(form.action, request.url).href,
      method: 'POST',
      body: new URLSearchParams({ token: form.token, ...answer }).toString(),
    };
  }
  throw new Error('the login does not come to an end');
}

/**
 * The same as an `openBrowser` of a client that waits on a loopback port: calls it back at the end.
 * @param {string} url
 * @param {Parameters<typeof submitLocalLogin>[1]} [options]
 */
export async function openLocalLogin(url, options) {
  const target = await submitLocalLogin(url, options);
  await fetch(target);
}
