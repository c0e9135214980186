import { describe, expect, it } from 'vitest';
import { HOOK_FILE, HOOK_URI, planTokenHook } from '../../../../src/providers/supabase/token-hook.ts';
import type { ScopeMap } from '../../../../src/types.ts';

const scopes = (toolScopes: ScopeMap['toolScopes']): ScopeMap => ({ toolScopes, publicTools: [], baseScopes: [] });
const nothing = (): boolean => false;

describe('the custom access token hook', () => {
  it('is not needed while tools ask for a logged-in user only', () => {
    expect(planTokenHook({ scopes: scopes({ whoami: [] }), exists: nothing }, undefined)).toEqual({
      files: [],
      manual: [],
    });
  });

  it('comes with the scope map, and a person switches it on', () => {
    const { files, manual } = planTokenHook({ scopes: scopes({ list: ['read:tasks'] }), exists: nothing }, undefined);
    expect(files).toEqual([expect.objectContaining({ kind: 'create', path: HOOK_FILE })]);
    expect(manual).toEqual([expect.objectContaining({ snippet: expect.stringContaining(HOOK_URI) as string })]);
  });

  it('is done once it is switched on', () => {
    const input = { scopes: scopes({ list: ['read:tasks'] }), exists: () => true };
    expect(planTokenHook(input, HOOK_URI)).toEqual({ files: [], manual: [] });
  });

  it('is joined with one that is there', () => {
    const input = { scopes: scopes({ list: ['read:tasks'] }), exists: () => true };
    const { manual } = planTokenHook(input, 'pg-functions://postgres/public/mine');
    expect(manual[0]?.what).toContain('public/mine');
  });

  it('may be called by Auth alone, and trusts nothing that users can write', () => {
    const [file] = planTokenHook({ scopes: scopes({ list: ['read:tasks'] }), exists: nothing }, undefined).files;
    const sql = file?.kind === 'create' ? file.after : '';
    expect(sql).toContain('grant execute on function public.mcp_access_token_hook to supabase_auth_admin;');
    expect(sql).toContain('revoke execute on function public.mcp_access_token_hook from authenticated, anon, public;');
    expect(sql).toContain("(event -> 'claims') - 'mcp_scopes'");
    expect(sql.replace(/^--.*$/gm, '')).not.toContain('user_meta');
  });
});
