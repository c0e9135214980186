import { describe, expect, it, vi } from 'vitest';
import { requireUser } from '../../../templates/user.ts';

vi.mock('../../../templates/scopes.ts', () => ({
  TOOL_SCOPES: {},
  PUBLIC_TOOLS: [],
  BASE_SCOPES: [],
  SCOPE_IMPLIES: { admin: ['read'] },
}));

const authInfo = { token: 't', clientId: 'c', scopes: ['admin'], extra: { subject: 'alice', claims: { role: 'x' } } };

describe('requireUser', () => {
  it('tells a tool who calls', () => {
    const user = requireUser({ authInfo });
    expect(user).toMatchObject({ subject: 'alice', clientId: 'c', scopes: ['admin'], claims: { role: 'x' } });
    expect(['admin', 'read', 'write'].map((scope) => user.hasScope(scope))).toEqual([true, true, false]);
  });

  it('understands the context of SDK 2', () => {
    expect(requireUser({ http: { authInfo } }).subject).toBe('alice');
  });

  it('takes a client without user for the user', () => {
    expect(requireUser({ authInfo: { ...authInfo, extra: { subject: undefined } } })).toMatchObject({
      subject: 'c',
      claims: {},
    });
    expect(requireUser({ authInfo: { token: 't', clientId: 'c', scopes: [] } })).toMatchObject({
      subject: 'c',
      claims: {},
    });
  });

  it('throws when nobody has signed in', () => {
    for (const extra of [{}, { http: {} }, { authInfo: undefined }])
      expect(() => requireUser(extra)).toThrow('Nobody has signed in.');
  });
});
