import { SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { decodeToken, remarksOn } from '../../../src/oauth/inspect-token.ts';

const expected = {
  issuer: 'https://login.example.com/',
  audience: 'https://mcp.example.com/mcp',
  resource: 'https://mcp.example.com/mcp',
};
const jwt = (claims: object): string =>
  new UnsecuredJWT({ iss: expected.issuer, aud: expected.audience, ...claims }).encode();

describe('a token is decoded', () => {
  it('into header and claims, without its signature', async () => {
    const token = await new SignJWT({ sub: 'ada' }).setProtectedHeader({ alg: 'HS256' }).sign(new Uint8Array(32));
    expect(decodeToken(token)).toEqual({ header: { alg: 'HS256' }, claims: { sub: 'ada' } });
    expect(JSON.stringify(decodeToken(token))).not.toContain(token.split('.')[2]);
  });

  it('into the header alone when it is encrypted', () => {
    const header = Buffer.from('{"alg":"dir","enc":"A256GCM"}').toString('base64url');
    expect(decodeToken(`${header}..iv.text.tag`)).toEqual({ header: { alg: 'dir', enc: 'A256GCM' } });
  });

  it.each(['', 'oat_2YotnFZFEjr1zCsicMWpAA', 'a.b.c', 'x'.repeat(5000)])(
    'not at all when it is opaque: %.20s',
    (token) => {
      expect(decodeToken(token)).toBeUndefined();
    },
  );
});

describe('the server will refuse', () => {
  it.each([
    ['an opaque token', 'oat_2YotnFZFEjr1', ['is no signed JWT']],
    ['another audience', jwt({ aud: ['account', 'x'] }), ['its aud is ["account","x"]']],
    ['no audience', jwt({ aud: undefined }), ['its aud is missing']],
    [
      'an issuer without its slash',
      jwt({ iss: 'https://login.example.com' }),
      ['its iss is "https://login.example.com"'],
    ],
    ['both', jwt({ iss: 'a', aud: 'b' }), ['its iss is "a"', 'its aud is "b"']],
  ])('%s', (_, token, words) => {
    const remarks = remarksOn(token, expected);
    expect(remarks).toEqual(
      words.map((part) => ({
        message: expect.stringContaining(part) as string,
        fix: expect.stringMatching(/\w/) as string,
      })),
    );
  });

  it.each([[expected.audience], [['https://login.example.com/userinfo', expected.audience]]])(
    'nothing of %j',
    (aud) => {
      expect(remarksOn(jwt({ aud }), expected)).toEqual([]);
    },
  );
});
