/** The person in front of a browser, with cookies that stay from one sign-in to the next. */
export class Browser {
  #cookies = new Map();

  /** @param {{ user: string, onPage(title: string): void }} person */
  constructor(person) {
    this.person = person;
  }

  /**
   * Follows redirects, types a name into the login form, allows what the consent page asks for, and stops where the
   * browser would go back to the client.
   * @param {URL} start authorization URL
   * @param {string} redirectUri where the client waits
   * @returns {Promise<URL>} the callback URL
   */
  async signIn(start, redirectUri) {
    let request = { url: new URL(start), method: 'GET', body: undefined };
    for (let step = 0; step < 20; step++) {
      const response = await this.#fetch(request);
      const location = response.headers.get('location');
      if (location) {
        const url = new URL(location, request.url);
        if (url.href.startsWith(redirectUri)) return url;
        request = { url, method: 'GET', body: undefined };
        continue;
      }
      const page = await response.text();
      this.person.onPage(titleOf(page));
      const { action, values } = fill(page, this.person.user);
      request = { url: new URL(action, request.url), method: 'POST', body: values };
    }
    throw new Error(`no way back to ${redirectUri} after 20 pages`);
  }

  async #fetch({ url, method, body }) {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { ...(cookie && { cookie }), ...(body && { origin: url.origin }) };
    const response = await fetch(url, { method, body, redirect: 'manual', headers });
    for (const line of response.headers.getSetCookie()) remember(this.#cookies, line);
    return response;
  }
}

function remember(cookies, line) {
  const pair = line.split(';')[0];
  const at = pair.indexOf('=');
  const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
  if (value === '') cookies.delete(name);
  else cookies.set(name, value);
}

function titleOf(page) {
  return decode(/<title>([^<]*)<\/title>/i.exec(page)?.[1] ?? '').trim();
}

/** Fills the page's form as a willing user would: the name typed, the button of consent pressed. */
function fill(page, user) {
  const form = /<form\b[^>]*>[\s\S]*?<\/form>/i.exec(page)?.[0];
  if (!form)
    throw new Error(
      `a page without a form: ${page
        .replace(/<[^>]*>/g, ' ')
        .replace(/\s+/g, ' ')
        .trim()}`,
    );
  const values = new URLSearchParams();
  for (const [tag] of form.matchAll(/<input\b[^>]*>/gi)) {
    const { name, type = 'text', value = '' } = attributes(tag);
    if (!name || type === 'submit') continue;
    values.append(name, type === 'text' ? user : value);
  }
  const buttons = [...form.matchAll(/<button\b[^>]*>/gi)].map(([tag]) => attributes(tag));
  const button = buttons.find(({ value }) => value === 'allow') ?? buttons[0];
  if (button?.name) values.append(button.name, button.value ?? '');
  return { action: attributes(/^<form\b[^>]*>/i.exec(form)[0]).action ?? '', values };
}

function attributes(tag) {
  return Object.fromEntries(
    [...tag.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, name, value]) => [name.toLowerCase(), decode(value)]),
  );
}

function decode(text) {
  const named = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", '#x27': "'" };
  return text.replace(/&([a-z]+|#39|#x27);/gi, (whole, name) => named[name.toLowerCase()] ?? whole);
}
