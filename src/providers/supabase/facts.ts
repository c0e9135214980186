import { standardEnv } from '../standard.ts';
import type { ProviderFindings, ProviderInput } from '../types.ts';

/** What Supabase puts into `aud` of every token; a custom access token hook may say otherwise. */
const AUDIENCE = 'authenticated';

/** The facts for the generated server, and its environment. */
export function facts(
  { resource, audience = AUDIENCE }: ProviderInput,
  issuer: string,
): Pick<ProviderFindings, 'spec' | 'env'> {
  const spec = { issuer, resource, audience, environment: 'supabase' } as const;
  const comments: Record<string, string> = {
    MCP_AUTH_AUDIENCE: 'What "aud" of an access token must name; Supabase gives all tokens of a project the same',
  };
  const env = standardEnv(spec).map((variable) => {
    const comment = comments[variable.name];
    return comment === undefined ? variable : { ...variable, comment };
  });
  return { spec, env };
}
