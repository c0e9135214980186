import type { Warning } from '../../types.ts';
import type { Realm } from './target.ts';

/** `--no-provision`: what somebody else has to see to. */
export function notLookedAt({ name }: Realm, audience: string): Warning {
  return {
    message:
      `Realm ${name} was not looked at; it needs an optional client scope for each scope of the map, with an audience ` +
      `mapper for ${audience}, and client registration policies that let MCP clients register.`,
    fix: 'Run again without --no-provision, or set it up in the admin console as the README lists it under Keycloak.',
  };
}
