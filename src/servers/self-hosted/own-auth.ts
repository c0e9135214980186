import type { AuthEvidence } from '../auth-refusal.ts';
import type { CodeModel } from '../model.ts';
import type { Framework } from './frameworks.ts';
import { optionsOf } from './servers.ts';

/** A server that is created with the login of its own framework. */
export function selfHostedAuth(model: CodeModel, framework: Framework): AuthEvidence | undefined {
  const [own] = optionsOf(model, framework).flatMap((options) => options.getProperty('oauth') ?? []);
  if (!own) return undefined;
  const place = model.placeOf(own);
  return { what: `gives ${framework.id} the option oauth (${place})`, place };
}
