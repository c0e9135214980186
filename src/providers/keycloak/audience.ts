import { scopeCatalogue } from '../../scopes/catalogue.ts';
import type { RemoteStep } from '../../types.ts';
import type { ProviderInput } from '../types.ts';
import { findScope, readScope, type ClientScope, type Mapper, type RealmScopes } from './client-scope.ts';
import type { Part, Planned } from '../parts.ts';
import { ProviderError } from '../provider-error.ts';
import type { Session } from './session.ts';

const PREFIX = 'keycloak.audience.';
const MAPPER = 'oidc-audience-mapper';
const CUSTOM = 'included.custom.audience';

/**
 * A mapper in each scope that puts the URL of the server into `aud`. Keycloak's own `resource` (RFC 8707) is
 * experimental and ignored unless switched on, so the scopes that a client asks for have to decide.
 */
export function planAudience({ scopes }: ProviderInput, audience: string, realm: RealmScopes): Planned {
  const names = scopeCatalogue(scopes);
  const ours = realm.scopes.filter(({ name }) => names.includes(name));
  const steps = names.map((name): RemoteStep => {
    const scope = ours.find((one) => one.name === name);
    const mapper = scope && mapperFor(scope, audience);
    const resource = `audience mapper of ${name}`;
    const step = { id: `${PREFIX}${name}.${audience}`, resource, reversible: true };
    if (scope && mapper) return { ...step, ref: `${scope.id}/${mapper.id}`, verb: 'keep', summary: resource, want: {} };
    const summary = `tokens with ${name} name ${audience} as audience`;
    return { ...step, verb: 'create', summary, want: { 'client scope': name, [CUSTOM]: audience } };
  });
  const others = new Set(ours.flatMap((scope) => otherAudiences(scope, audience)));
  const warnings = [...others].map((other) => ({
    message: `Scopes of this server also put ${other} into "aud": a token for one of the two is good at the other.`,
    fix: `If ${other} is another server, give this one scopes of its own with --tool-scope; if it is an old URL, delete its audience mappers.`,
  }));
  return { steps, warnings };
}

function mapperFor({ protocolMappers = [] }: ClientScope, audience: string): Mapper | undefined {
  return protocolMappers.find(({ protocolMapper, config }) => {
    const isInToken = config?.['access.token.claim'] !== 'false';
    return protocolMapper === MAPPER && isInToken && config?.[CUSTOM] === audience;
  });
}

function otherAudiences({ protocolMappers = [] }: ClientScope, audience: string): string[] {
  return protocolMappers.flatMap(({ protocolMapper, config }) => {
    const other = config?.[CUSTOM] ?? '';
    return protocolMapper === MAPPER && other !== '' && other !== audience ? [other] : [];
  });
}

/** Adds a mapper to a client scope, and takes it out again. */
export const audiencePart: Part<Session> = {
  prefix: PREFIX,
  async apply(session, { want }) {
    const name = String(want['client scope']);
    const scope = await findScope(session, name);
    if (!scope)
      throw new ProviderError(404, `The client scope ${name} was deleted in the meantime.`, 'Run add-auth again.');
    return { ref: `${scope.id}/${await add(session, scope, String(want[CUSTOM]))}` };
  },
  async revert(session, { ref }) {
    const [id = '', mapperId = ''] = ref.split('/');
    const scope = await readScope(session, id);
    const mapper = scope?.protocolMappers?.find((one) => one.id === mapperId);
    if (!scope || !mapper) return { outcome: 'gone', message: 'An audience mapper is gone already.' };
    const title = `The audience mapper of ${scope.name}`;
    if (mapper.name !== nameFor(mapper.config?.[CUSTOM] ?? '')) {
      return { outcome: 'left', message: `${title} stays: somebody has changed it since.` };
    }
    const path = `/client-scopes/${id}/protocol-mappers/models/${mapperId}`;
    await session.api.send('DELETE', path, undefined, `delete the audience mapper of ${scope.name}`);
    return { outcome: 'deleted', message: `${title} is deleted.` };
  },
};

/** @returns the id of the mapper */
async function add(session: Session, scope: ClientScope, audience: string): Promise<string> {
  const config = {
    [CUSTOM]: audience,
    'access.token.claim': 'true',
    'introspection.token.claim': 'true',
    'id.token.claim': 'false',
  };
  const body = { name: nameFor(audience), protocol: 'openid-connect', protocolMapper: MAPPER, config };
  const path = `/client-scopes/${scope.id}/protocol-mappers/models`;
  try {
    return await session.api.send('POST', path, body, `add the audience to ${scope.name}`);
  } catch (error) {
    if (!(error instanceof ProviderError && error.status === 409)) throw error;
    const now = await readScope(session, scope.id);
    const mapper = now && mapperFor(now, audience);
    if (mapper?.id === undefined) throw error;
    return mapper.id;
  }
}

const nameFor = (audience: string): string => `audience ${audience}`;
