import type { ManualStep } from '../../errors.ts';
import type { Edit } from '../../types.ts';
import type { ProviderInput } from '../types.ts';

export const HOOK_URI = 'pg-functions://postgres/public/mcp_access_token_hook';
export const HOOK_FILE = 'supabase/mcp-scopes.sql';

/**
 * Supabase issues no scopes of ours. Where the scope map asks for some, they come from a claim that a custom access
 * token hook adds: its SQL is written, and a person has to run it, because it changes the tokens of the whole project.
 * @param active URI of the hook that is switched on, if there is one
 */
export function planTokenHook(
  { scopes, exists }: Pick<ProviderInput, 'scopes' | 'exists'>,
  active: string | undefined,
): { files: Edit[]; manual: ManualStep[] } {
  const isNeeded = scopes.baseScopes.length > 0 || Object.values(scopes.toolScopes).some((needed) => needed.length > 0);
  if (!isNeeded) return { files: [], manual: [] };
  const why = 'puts the scopes of a user into their access tokens';
  const create: Edit = { kind: 'create', path: HOOK_FILE, before: null, after: SQL, why };
  return {
    files: exists(HOOK_FILE) ? [] : [create],
    manual: active === HOOK_URI ? [] : [active === undefined ? SWITCH_ON : joinWith(active)],
  };
}

const SWITCH_ON: ManualStep = {
  what: `Run ${HOOK_FILE} in the project and switch the hook on; until then nobody holds a scope that your tools ask for.`,
  snippet: [
    `1. SQL Editor of the dashboard (or a migration): the content of ${HOOK_FILE}`,
    '2. Authentication, Auth Hooks, Customize Access Token: public.mcp_access_token_hook',
    '   On a local stack, in supabase/config.toml:',
    '   [auth.hook.custom_access_token]',
    '   enabled = true',
    `   uri = "${HOOK_URI}"`,
  ].join('\n'),
};

function joinWith(active: string): ManualStep {
  return {
    what: `Run ${HOOK_FILE} in the project and call its function from the hook that is there (${active}): only one can be switched on.`,
    snippet: 'return public.mcp_access_token_hook(event);  -- at the end of your own hook, with its event',
  };
}

const SQL = `-- What a user may do through MCP clients, as the claim "mcp_scopes" of their access tokens.
--
-- Supabase's OAuth server has no scopes of your own. The gate of the MCP server reads this claim instead, and asks for
-- what TOOL_SCOPES in auth/scopes names. Give a user scopes by hand, or from your own backend:
--
--   update auth.users
--   set raw_app_meta_data = coalesce(raw_app_meta_data, '{}') || '{"mcp_scopes": ["read:tasks", "write:tasks"]}'
--   where email = 'somebody@example.com';
--
--   await supabase.auth.admin.updateUserById(id, { app_metadata: { mcp_scopes: ['read:tasks'] } });
--
-- They count from the user's next token on. Users cannot change app_metadata themselves (user_metadata they can).

create or replace function public.mcp_access_token_hook(event jsonb)
returns jsonb
language plpgsql
stable
as $$
declare
  claims jsonb := (event -> 'claims') - 'mcp_scopes';
  granted jsonb := event -> 'claims' -> 'app_metadata' -> 'mcp_scopes';
begin
  -- Only tokens of OAuth clients have a client_id; the sessions of your own apps stay as they are.
  if coalesce(claims ->> 'client_id', '') <> '' and jsonb_typeof(granted) = 'array' then
    claims := jsonb_set(claims, '{mcp_scopes}', granted);
  end if;
  return jsonb_set(event, '{claims}', claims);
end;
$$;

-- Auth calls it, and nobody else may.
grant usage on schema public to supabase_auth_admin;
grant execute on function public.mcp_access_token_hook to supabase_auth_admin;
revoke execute on function public.mcp_access_token_hook from authenticated, anon, public;
`;
