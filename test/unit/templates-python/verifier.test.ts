import { expect, it } from 'vitest';
import { callPython, describePython } from './support/python.ts';

const ENV = {
  MCP_AUTH_ISSUER: 'https://as.example',
  MCP_AUTH_AUDIENCE: 'aud',
  MCP_RESOURCE_URL: 'https://mcp.example/mcp',
};
const GOOD = { iss: 'https://as.example', aud: 'aud', sub: 'ann', exp: 4_000_000_000 };
const verify = (claims: object): Promise<unknown> => callPython({ do: 'verify', input: { ...GOOD, ...claims } });

describePython('the verifier in Python', () => {
  it('takes no part of the issuer for the issuer, as PyJWT 2.10.0 does', async () => {
    expect(await verify({})).toEqual(GOOD);
    for (const iss of ['https://as', 'https://as.example/', '', ['https://as.example']]) {
      expect(await verify({ iss })).toBe('another issuer');
    }
  });

  it('remembers claims as they were, whatever a tool does to its own', async () => {
    expect(await verify({ roles: ['reader'] })).toEqual({ ...GOOD, roles: ['reader'] });
  });

  it('takes tokens without audience from the clients of the configuration only', async () => {
    const env = { ...ENV, MCP_AUTH_CLIENT_IDS: 'known other' };
    const { aud: _, ...unbound } = GOOD;
    const from = (more: object): Promise<unknown> => callPython({ do: 'verify', input: { ...unbound, ...more }, env });
    expect(await from({ client_id: 'known' })).toEqual({ ...unbound, client_id: 'known' });
    for (const more of [{}, { client_id: 'stranger' }, { client_id: ['known'] }]) {
      expect(await from(more)).toBe('no audience, and the client is not one of this server');
    }
  });
});
