import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { buffer } from 'node:stream/consumers';

/**
 * `fetch` for tests in this process: Node takes NODE_EXTRA_CA_CERTS at its start only. Redirects
 * from https are not followed.
 * @param caFile the certificate to trust
 */
export function trustingFetch(caFile: string): typeof fetch {
  const ca = readFileSync(caFile);
  return (input, init = {}) => {
    const url = new URL(input instanceof Request ? input.url : input);
    if (url.protocol === 'http:') return fetch(input, init);
    return new Promise((resolve, reject) => {
      const headers = Object.fromEntries(new Headers(init.headers));
      const sent = request(url, { method: init.method ?? 'GET', headers, ca, agent: false }, (answer) => {
        const status = answer.statusCode ?? 0;
        buffer(answer).then((body) => {
          const pairs = Object.entries(answer.headersDistinct).flatMap(([name, values = []]) =>
            values.map((value): [string, string] => [name, value]),
          );
          const isEmpty = body.length === 0 || status === 204 || status === 304;
          resolve(new Response(isEmpty ? null : new Uint8Array(body), { status, headers: pairs }));
        }, reject);
      });
      sent.on('error', reject);
      sent.end(
        init.body instanceof URLSearchParams ? init.body.toString() : ((init.body as string | undefined) ?? undefined),
      );
    });
  };
}
