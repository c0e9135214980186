import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { diagnose } from '../../../src/doctor/diagnose.ts';
import type { Diagnosis } from '../../../src/doctor/types.ts';
import { Bench } from '../../fakes/doctor/bench.ts';
import { tlsIdentity, type TlsIdentity } from '../../support/tls.ts';

let identity: TlsIdentity;
let server: Server;
let origin: string;
let bench: Bench;
beforeAll(async () => {
  identity = tlsIdentity();
  server = createServer({ key: identity.key, cert: identity.cert }, (_, response) => response.writeHead(401).end());
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  origin = `https://localhost:${(server.address() as AddressInfo).port}`;
  bench = await Bench.start();
});
afterAll(async () => {
  identity.discard();
  server.close();
  await bench.close();
});

const examine = (url: string): Promise<Diagnosis> =>
  diagnose({ target: { kind: 'url', value: url }, url, register: false, timeout: 3000 });

describe('a certificate that is not trusted', () => {
  it('of the server is the cause, and all else waits for it', async () => {
    const { checks, rootCauses } = await examine(`${origin}/mcp`);
    expect(rootCauses).toEqual(['net.tls']);
    const found = checks.find(({ id }) => id === 'net.tls');
    expect(found?.detail).toContain('SELF_SIGNED');
    expect(found?.fix).toContain('NODE_EXTRA_CA_CERTS');
    expect(checks.find(({ id }) => id === 'prm.reachable')).toMatchObject({ status: 'skip', blockedBy: 'net.tls' });
  });

  it('of the authorization server is its own cause', async () => {
    bench.prm['authorization_servers'] = [origin];
    const { checks, rootCauses } = await examine(bench.url);
    expect(rootCauses).toEqual(['as.reachable']);
    expect(checks.find(({ id }) => id === 'as.reachable')?.fix).toContain('certificate');
  });
});
