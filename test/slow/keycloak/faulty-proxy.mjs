/** Stands before the Admin REST API and loses what it is told to lose. */
import { once } from 'node:events';
import http from 'node:http';

/** @returns { url, calls, faults }; `faults` holds `{ at, kind }`: which write, and what happens to it */
export async function faultyProxy(base) {
  const proxy = { calls: [], faults: [] };
  let writes = 0;
  const server = http.createServer(async (req, res) => {
    const chunks = [];
    for await (const chunk of req) chunks.push(chunk);
    const isWrite = req.method !== 'GET' && req.url.startsWith('/admin/');
    if (isWrite) writes++;
    proxy.calls.push(`${req.method} ${req.url}`);
    const fault = isWrite ? proxy.faults.find(({ at }) => at === writes) : undefined;
    if (fault?.kind === 'drop') return req.socket.destroy();
    if (fault?.kind === '500' || fault?.kind === '403') return res.writeHead(Number(fault.kind)).end();
    const { host: _, connection: __, 'content-length': ___, ...headers } = req.headers;
    const answer = await fetch(base + req.url, {
      method: req.method,
      headers,
      ...(chunks.length > 0 && { body: Buffer.concat(chunks) }),
      redirect: 'manual',
    });
    const body = Buffer.from(await answer.arrayBuffer());
    if (fault?.kind === 'drop-after') return req.socket.destroy();
    const location = answer.headers.get('location');
    const type = answer.headers.get('content-type');
    res.writeHead(answer.status, { ...(location && { location }), ...(type && { 'content-type': type }) }).end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return Object.assign(proxy, {
    url: `http://127.0.0.1:${server.address().port}`,
    begin: (...faults) => {
      writes = 0;
      proxy.calls.length = 0;
      proxy.faults = faults;
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  });
}
