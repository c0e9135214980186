import { describe, expect, it } from 'vitest';
import { bearerChallenge, parseChallenges } from '../../../src/doctor/challenge.ts';

describe('WWW-Authenticate (RFC 9110 §11.6.1)', () => {
  it('has a scheme and parameters, whose names do not care about case', () => {
    expect(parseChallenges('Bearer Scope="a b", error=invalid_token')).toEqual([
      {
        scheme: 'Bearer',
        parameters: {
          scope: { value: 'a b', isQuoted: true },
          error: { value: 'invalid_token', isQuoted: false },
        },
      },
    ]);
  });

  it('may carry several challenges', () => {
    const found = parseChallenges('Basic realm="a, b", Bearer resource_metadata="https://h/x", Negotiate');
    expect(found.map(({ scheme }) => scheme)).toEqual(['Basic', 'Bearer', 'Negotiate']);
    expect(found[0]?.parameters['realm']?.value).toBe('a, b');
  });

  it('may escape in quotes', () => {
    expect(bearerChallenge('Bearer realm="say \\"hi\\""')?.parameters['realm']?.value).toBe('say "hi"');
  });

  it('is found wherever Bearer stands, in any case', () => {
    expect(bearerChallenge('Basic realm="x", bearer scope="a"')?.parameters['scope']?.value).toBe('a');
    expect(bearerChallenge('Basic realm="x"')).toBeUndefined();
    expect(bearerChallenge(undefined)).toBeUndefined();
  });

  it.each(['', '"', '=', 'Bearer =', 'Bearer a="', 'Bearer realm="\\', ',,,', "Bearer 'x'='y'"])(
    'never hangs or throws: %j',
    (header) => {
      expect(Array.isArray(parseChallenges(header))).toBe(true);
    },
  );
});
