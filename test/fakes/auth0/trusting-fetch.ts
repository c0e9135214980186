import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { buffer } from 'node:stream/consumers';

/** As it was before a test put ours in its place. */
const plain = globalThis.fetch;

/**
 * `fetch` for tests in this process: Node takes NODE_EXTRA_CA_CERTS at its start only. Redirects
 * from https are not followed.
 * @param caFile the certificate to trust
 */
export function trustingFetch(caFile: string): typeof fetch {
  const agent = new Agent({ ca: readFileSync(caFile), keepAlive: true });
  return (input, init = {}) => {
    const url = new URL(input instanceof Request ? input.url : input);
    if (url.protocol === 'http:') return plain(input, init);
    return new Promise((resolve, reject) => {
      const body = init.body instanceof URLSearchParams ? init.body.toString() : ((init.body ?? '') as string);
      const length = body === '' ? {} : { 'content-length': String(Buffer.byteLength(body)) };
      const headers = { ...Object.fromEntries(new Headers(init.headers)), ...length };
      const sent = request(url, { method: init.method ?? 'GET', headers, agent }, (answer) => {
        const status = answer.statusCode ?? 0;
        buffer(answer).then((bytes) => {
          const pairs = Object.entries(answer.headersDistinct).flatMap(([name, values = []]) =>
            values.map((value): [string, string] => [name, value]),
          );
          const isEmpty = bytes.length === 0 || status === 204 || status === 304;
          resolve(new Response(isEmpty ? null : new Uint8Array(bytes), { status, headers: pairs }));
        }, reject);
      });
      sent.on('error', reject);
      sent.end(body);
    });
  };
}
