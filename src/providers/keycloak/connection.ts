import { discover } from '../../oauth/discovery.ts';
import { scopeCatalogue } from '../../scopes/catalogue.ts';
import type { RemoteStep, Warning } from '../../types.ts';
import { requireUsableKeys } from '../custom/keys.ts';
import { dispatch } from '../parts.ts';
import { standardEnv, standardSpec } from '../standard.ts';
import type { Connection, ProviderFindings, ProviderInput, ProviderIo } from '../types.ts';
import { adminApi } from './admin.ts';
import { audiencePart, planAudience } from './audience.ts';
import { NO_SCOPES, readScopes, type RealmScopes } from './client-scope.ts';
import { planPolicies, policiesOfNewRealm, policyPart, readPolicies, type Policy } from './policies.ts';
import { agreeToCreate, keepRealm, planNewRealm, readRealm, realmPart } from './realm.ts';
import { planScopes, scopePart } from './scopes.ts';
import type { Session } from './session.ts';
import type { Realm } from './target.ts';

const PARTS = [realmPart, scopePart, audiencePart, policyPart];

/** Dealings with one realm; credentials are looked for with the first request, and used for all. */
export function connectTo(realm: Realm, io: ProviderIo): Required<Connection> {
  const session: Session = { realm, api: adminApi(realm, io) };
  return { look: (input) => look(session, input, io), ...dispatch(PARTS, session) };
}

async function look(session: Session, input: ProviderInput, io: ProviderIo): Promise<ProviderFindings> {
  const { realm } = session;
  const found = await readRealm(session);
  if (!found) {
    await agreeToCreate(realm, input, io);
    // The name that the installation gives itself shows at the realm that every one has.
    await discover(`${realm.base}/realms/master`);
    const planned = plan(input, realm, NO_SCOPES, await policiesOfNewRealm(session));
    return {
      ...planned,
      remote: [planNewRealm(realm), ...planned.remote],
      warnings: [...planned.warnings, nobodyThere(realm)],
      wishes: { createRealm: true },
    };
  }
  const scopes = await readScopes(session);
  const policies = await readPolicies(session);
  // Nothing is published for a realm that is disabled.
  if (found.enabled) await requireUsableKeys(await discover(realm.issuer));
  const planned = plan(input, realm, scopes, policies);
  return {
    ...planned,
    remote: [keepRealm(realm), ...planned.remote],
    warnings: [...planned.warnings, ...(found.enabled ? [] : [switchedOff(realm)])],
  };
}

/** In the order in which the steps have to be taken. */
function plan(
  input: ProviderInput,
  realm: Realm,
  scopes: RealmScopes,
  policies: readonly Policy[],
): Pick<ProviderFindings, 'spec' | 'env' | 'warnings'> & { remote: RemoteStep[] } {
  const spec = standardSpec(input, realm.issuer);
  const audience = planAudience(input, spec.audience, scopes);
  const registration = planPolicies(input, realm, policies);
  return {
    spec,
    env: standardEnv(spec),
    remote: [...planScopes(input, scopes), ...audience.steps, ...registration.steps],
    warnings: [...audience.warnings, ...registration.warnings, ...scopeWarnings(input)],
  };
}

/** The audience comes with a scope; a server that asks for none gets tokens that name nobody. */
function scopeWarnings({ scopes }: ProviderInput): Warning[] {
  if (scopes.baseScopes.length === 0) {
    return [
      {
        message: 'The server asks for no scope at first, and in Keycloak the audience of a token comes with a scope.',
        fix: 'Give a tool a scope with --tool-scope, and name it in BASE_SCOPES of the scopes file.',
      },
    ];
  }
  const later = scopeCatalogue(scopes).filter((scope) => !scopes.baseScopes.includes(scope));
  if (later.length === 0) return [];
  return [
    {
      message: `Keycloak lets a client that registers itself ask later only for the scopes that it named at first, and many name those of the first challenge: ${later.join(', ')} would be refused to them.`,
      fix: 'Add them to BASE_SCOPES of the scopes file, so that the first challenge asks for all.',
    },
  ];
}

const nobodyThere = ({ name }: Realm): Warning => ({
  message: `Realm ${name} is new, so it has no users.`,
  fix: 'Create users, or connect a directory or identity provider, in the admin console.',
});

const switchedOff = ({ name }: Realm): Warning => ({
  message: `Realm ${name} is disabled: nobody can log in.`,
  fix: 'Enable it in the realm settings.',
});
