import { lazyConnection } from '../lazy.ts';
import type { Provider } from '../types.ts';
import { checkProject, LOCAL } from './target.ts';

/** Supabase Auth as OAuth 2.1 server: a hosted project, or the local stack of the Supabase CLI. */
export const supabase: Provider = {
  id: 'supabase',
  label: 'Supabase',
  hint: 'sets up your project through its Management API',
  needs: ['project'],
  takes: ['issuer'],
  // openid, profile, email, phone and offline_access are all there is (supabase/auth, models/oauth_scope.go).
  issuesScopes: false,
  connect(target, io) {
    const ref = checkProject(target);
    if (ref === LOCAL) {
      return { look: async (input) => (await import('./local-stack.ts')).lookAtLocalStack(input, target.issuer) };
    }
    return lazyConnection(async () => (await import('./connection.ts')).connectTo(ref, target.issuer, io));
  },
};
