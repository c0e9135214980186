// A browser for one page: runs the module script of the consent page, with the real supabase-js, and a person who fills
// in its forms. Also a browser to start: BROWSER="node test/fakes/supabase/browser.mjs EMAIL PASSWORD".
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = path.resolve(import.meta.dirname, '../../..');

/** @param {string} id */
const newElement = (id) => ({
  id,
  hidden: false,
  textContent: '',
  value: '',
  /** @type {Map<string, (event: object) => void>} */
  listeners: new Map(),
  addEventListener(/** @type {string} */ type, /** @type {(event: object) => void} */ listener) {
    this.listeners.set(type, listener);
  },
  submit(/** @type {string} */ value) {
    this.listeners.get('submit')?.({ preventDefault() {}, submitter: { value } });
  },
});

/**
 * Follows an authorization request to the consent page and to the end. One page a process: it is given the globals.
 * @param {string} url
 * @param {{ email: string, password: string, decision: 'approve' | 'deny' }} person
 * @returns {Promise<{ target: string, seen: Record<string, string> }>} where the page sends the browser, and what it showed
 */
export async function agree(url, person) {
  let response = await fetch(url, { redirect: 'manual' });
  let at = url;
  while (response.status >= 300 && response.status < 400) {
    at = new URL(response.headers.get('location') ?? '', at).href;
    if (!at.includes('authorization_id=')) return { target: at, seen: {} };
    response = await fetch(at, { redirect: 'manual' });
  }
  if (response.status !== 200)
    throw new Error(`${new URL(at).origin} answered ${response.status}, where the consent page should be`);
  const html = await response.text();
  const script = /<script type="module">([^]*)<\/script>/.exec(html)?.[1] ?? '';
  const elements = new Map([...html.matchAll(/<\w+[^>]* id="([\w-]+)"/g)].map(([, id = '']) => [id, newElement(id)]));
  const { promise, resolve } = Promise.withResolvers?.() ?? deferred();
  const page = new URL(at);
  Object.assign(globalThis, {
    window: globalThis,
    top: globalThis,
    self: globalThis,
    document: {
      getElementById: (/** @type {string} */ id) => elements.get(id),
      addEventListener() {},
      visibilityState: 'visible',
    },
    location: { href: page.href, search: page.search, hash: '', origin: page.origin, replace: resolve },
    localStorage: memory(),
    addEventListener() {},
    removeEventListener() {},
    // Realtime asks for one (Node has none before 22); the page never opens it.
    WebSocket: class {},
  });
  const realFetch = fetch;
  // Browsers say where a request comes from.
  globalThis.fetch = (input, init = {}) => {
    const headers = new Headers(init.headers);
    headers.set('origin', page.origin);
    return realFetch(input, { ...init, headers });
  };
  await run(script);

  const visible = () => ['sign-in', 'consent'].find((id) => elements.get(id)?.hidden === false);
  const element = (/** @type {string} */ id) => elements.get(id) ?? newElement(id);
  await until(() => visible() === 'sign-in', elements);
  element('email').value = person.email;
  element('password').value = person.password;
  element('sign-in').submit('password');
  await until(() => visible() === 'consent', elements);
  const seen = Object.fromEntries(['client', 'user', 'scope', 'target'].map((id) => [id, element(id).textContent]));
  element('consent').submit(person.decision);
  const target = await promise;
  globalThis.fetch = realFetch;
  return { target, seen };
}

/** The module, with the library from this repository in place of the CDN. @param {string} script */
async function run(script) {
  const dir = mkdtempSync(path.join(ROOT, '.tmp', 'page-'));
  const file = path.join(dir, 'page.mjs');
  writeFileSync(
    file,
    script.replace(/from 'https:\/\/[^']+supabase-js@[\d.]+\/\+esm'/, "from '@supabase/supabase-js'"),
  );
  try {
    await import(pathToFileURL(file).href);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** @param {() => boolean} condition @param {Map<string, { textContent: string }>} elements */
async function until(condition, elements) {
  for (let tries = 0; tries < 200; tries += 1) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`the page stopped: ${elements.get('status')?.textContent} ${elements.get('problem')?.textContent}`);
}

function memory() {
  const items = new Map();
  return {
    getItem: (/** @type {string} */ key) => items.get(key) ?? null,
    setItem: (/** @type {string} */ key, /** @type {string} */ value) => void items.set(key, value),
    removeItem: (/** @type {string} */ key) => void items.delete(key),
  };
}

function deferred() {
  /** @type {(value: any) => void} */
  let resolve = () => undefined;
  const promise = new Promise((done) => (resolve = done));
  return { promise, resolve };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [email = '', password = '', url = ''] = process.argv.slice(2);
  const { target } = await agree(url, { email, password, decision: 'approve' });
  await fetch(target);
  process.exit();
}
