/** More pages than a login at `add-auth dev` has. */
const MAX_STEPS = 12;

/**
 * Fills in the sign-in and consent pages of `add-auth dev` and goes back to the client, as a person would in a browser.
 * @returns false when the pages are not ours: somebody has to look at them
 */
export async function submitLocalPages(start: string): Promise<boolean> {
  const { origin } = new URL(start);
  const cookies = new Map<string, string>();
  let request: { url: string; body?: string } = { url: start };
  for (let step = 0; step < MAX_STEPS; step += 1) {
    const response = await send(request, origin, cookies);
    const location = response.headers.get('location');
    if (location !== null) {
      const next = new URL(location, request.url);
      request = { url: next.href };
      if (next.origin === origin) continue;
      await (await fetch(next)).text();
      return true;
    }
    const body = answerTo(await response.text());
    if (!body) return false;
    request = { url: new URL(body.action, request.url).href, body: body.fields };
  }
  return false;
}

async function send(
  { url, body }: { url: string; body?: string },
  origin: string,
  cookies: Map<string, string>,
): Promise<Response> {
  const response = await fetch(url, {
    redirect: 'manual',
    headers: {
      cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
      ...(body !== undefined && { 'content-type': 'application/x-www-form-urlencoded', origin }),
    },
    ...(body !== undefined && { method: 'POST', body }),
  });
  for (const line of response.headers.getSetCookie()) {
    const [pair = ''] = line.split(';');
    const at = pair.indexOf('=');
    cookies.set(pair.slice(0, at), pair.slice(at + 1));
  }
  return response;
}

/** What a person would send from one of the two pages. */
function answerTo(html: string): { action: string; fields: string } | undefined {
  const action = between(html, '<form method="post" action="');
  const token = between(html, 'name="token" value="');
  if (action === undefined || token === undefined) return undefined;
  const isLogin = html.includes('name="username"');
  const answer = isLogin ? { username: 'add-auth-doctor', password: '', decision: 'sign-in' } : { decision: 'allow' };
  return { action, fields: new URLSearchParams({ token, ...answer }).toString() };
}

function between(html: string, start: string): string | undefined {
  const from = html.indexOf(start);
  if (from < 0) return undefined;
  const rest = html.slice(from + start.length);
  return rest.slice(0, rest.indexOf('"'));
}
