import { expect, it } from 'vitest';
import { callPython, describePython } from './support/python.ts';

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
});
