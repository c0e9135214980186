// A browser without a screen: follows redirects, keeps cookies, and presses every button on the way.
// It is started like any other browser: BROWSER="node test/support/browser.mjs".

import { fileURLToPath } from 'node:url';

/**
 * @param {string} url
 * @param {{ method?: string, body?: URLSearchParams }} [init]
 */
export async function visit(url, init = {}) {
  const cookies = new Map();
  for (let hop = 0; hop < 20; hop += 1) {
    const response = await fetch(url, {
      ...init,
      redirect: 'manual',
      headers: { cookie: [...cookies].map((pair) => pair.join('=')).join('; ') },
    });
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
    }
    const location = response.headers.get('location');
    const form = location === null ? readForm(await response.text()) : undefined;
    if (location !== null) [url, init] = [new URL(location, url).href, {}];
    else if (form) [url, init] = [new URL(form.action || url, url).href, { method: 'POST', body: form.fields }];
    else return;
  }
}

/** The first form of a page with its hidden fields. @param {string} html */
function readForm(html) {
  const form = /<form[^>]*method="post"[^>]*>[^]*?<\/form>/i.exec(html)?.[0];
  if (form === undefined) return undefined;
  const fields = new URLSearchParams();
  for (const [input] of form.matchAll(/<input[^>]*>/g)) {
    const name = /name="([^"]*)"/.exec(input)?.[1];
    if (name) fields.set(name, /value="([^"]*)"/.exec(input)?.[1] ?? '');
  }
  return { action: (/action="([^"]*)"/.exec(form)?.[1] ?? '').replaceAll('&amp;', '&'), fields };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await visit(process.argv.at(-1) ?? '');
