import { isRecord } from '../../is-record.ts';
import type { RemoteRecord, RemoteStep } from '../../types.ts';
import type { ManagementApi } from './management.ts';
import { ProviderError } from '../provider-error.ts';
import type { Purpose } from './refusal.ts';

/** A signing key of the project, without its secret part. */
export interface SigningKey {
  id: string;
  algorithm: string;
  status: string;
}

/** The three steps from a shared secret to a key pair, in the order they must have. */
export const KEY_STEPS = {
  legacy: 'supabase.signing-key.legacy',
  standby: 'supabase.signing-key.standby',
  inUse: 'supabase.signing-key.in-use',
} as const;

const READ: Purpose = { what: 'list the signing keys', permission: 'auth_signing_keys_read' };
const WRITE: Purpose = { what: 'change the signing keys', permission: 'auth_signing_keys_write' };
const pathOf = (ref: string): string => `/v1/projects/${ref}/config/auth/signing-keys`;

/** The legacy JWT secret is HS256, which is never published: nobody but Supabase could verify its tokens. */
const isAsymmetric = ({ algorithm }: SigningKey): boolean => ['ES256', 'RS256', 'EdDSA'].includes(algorithm);

/**
 * @returns `undefined` when the API has no such list
 * @throws ProviderError
 */
export async function listSigningKeys(api: ManagementApi, ref: string): Promise<SigningKey[] | undefined> {
  try {
    const answer = await api.get(pathOf(ref), READ);
    const keys: unknown = isRecord(answer) ? answer['keys'] : answer;
    return Array.isArray(keys) ? keys.filter(isRecord).map(toKey) : undefined;
  } catch (error) {
    if (error instanceof ProviderError && (error.status === 404 || error.status === 405)) return undefined;
    throw error;
  }
}

function toKey({ id, algorithm, status }: Record<string, unknown>): SigningKey {
  return { id: String(id), algorithm: String(algorithm), status: String(status) };
}

/**
 * What is missing for tokens that a published key can verify. A key that is published need not be the one that signs:
 * keys on standby are published too, so the list decides where there is one.
 * @param keys `undefined`: not known
 * @param publishesKey whether the project's JWKS has an asymmetric key; `undefined` when it cannot be read
 * @param recorded steps that earlier runs have taken
 */
export function planSigningKeys(
  ref: string,
  keys: SigningKey[] | undefined,
  publishesKey: boolean | undefined,
  recorded: Readonly<Record<string, RemoteRecord>>,
): RemoteStep[] {
  const signing = keys?.find(({ status }) => status === 'in_use');
  if (signing ? isAsymmetric(signing) : publishesKey === true) return keepSteps(ref, signing, recorded);
  const standby = keys?.find((key) => key.status === 'standby' && isAsymmetric(key));
  const legacy = keys?.find(({ algorithm }) => algorithm === 'HS256');
  const common = { reversible: false };
  return [
    {
      ...common,
      id: KEY_STEPS.legacy,
      resource: 'Signing key of the legacy JWT secret',
      summary: 'import the legacy JWT secret as a signing key, so that tokens in use stay valid',
      want: {},
      ...(legacy ? { verb: 'keep', ref: legacy.id } : { verb: 'create' }),
    },
    {
      ...common,
      id: KEY_STEPS.standby,
      resource: `Signing key ${standby?.algorithm ?? 'ES256'}`,
      summary: 'make an ES256 signing key, published and on standby',
      want: { algorithm: 'ES256', status: 'standby' },
      ...(standby ? { verb: 'keep', ref: standby.id } : { verb: 'create' }),
    },
    {
      ...common,
      id: KEY_STEPS.inUse,
      resource: `Signing key of project ${ref}`,
      verb: 'update',
      summary: `sign with the ${standby?.algorithm ?? 'ES256'} key from now on, in place of the legacy secret`,
      want: { status: 'in_use' },
      have: { status: 'standby' },
      ...(standby && { ref: standby.id }),
      notice:
        'This touches everything that verifies tokens of the project: what does so with the legacy JWT secret by itself refuses new sessions until it reads the published keys; supabase-js and RLS go on as before. It is not taken back by add-auth remove.',
    },
  ];
}

function keepSteps(
  ref: string,
  signing: SigningKey | undefined,
  recorded: Readonly<Record<string, RemoteRecord>>,
): RemoteStep[] {
  const keep = { verb: 'keep', want: {}, reversible: false } as const;
  const earlier = [KEY_STEPS.legacy, KEY_STEPS.standby].flatMap((id): RemoteStep[] => {
    const ours = recorded[id];
    return ours
      ? [{ ...keep, id, resource: 'Signing key', summary: 'signing key of an earlier run', ref: ours.ref }]
      : [];
  });
  const summary = `tokens are signed with ${signing?.algorithm ?? 'a published key'}`;
  const resource = `Signing key of project ${ref}`;
  return [...earlier, { ...keep, id: KEY_STEPS.inUse, resource, summary, ref: signing?.id ?? ref }];
}

/** Is a signing key going to change? People are asked first. */
export function rotatesKeys(steps: readonly RemoteStep[]): boolean {
  return steps.some(({ id, verb }) => id === KEY_STEPS.inUse && verb === 'update');
}

/**
 * Imports the legacy secret as a key; where that was done before, its key is found.
 * @returns the id of the key
 * @throws ProviderError
 */
export async function importLegacyKey(api: ManagementApi, ref: string): Promise<string> {
  const path = `${pathOf(ref)}/legacy`;
  return makeOrFind(
    () => api.send('POST', path, undefined, WRITE),
    async () => toKey((await api.get(path, READ)) as Record<string, unknown>),
  );
}

/** @returns the id of the new key on standby, or of one that was there already @throws ProviderError */
export async function createStandbyKey(api: ManagementApi, ref: string, mayBeDone: boolean): Promise<string> {
  const find = async (): Promise<SigningKey | undefined> =>
    (await listSigningKeys(api, ref))?.find((key) => key.status === 'standby' && isAsymmetric(key));
  const done = mayBeDone ? await find() : undefined;
  if (done) return done.id;
  return makeOrFind(() => api.send('POST', pathOf(ref), { algorithm: 'ES256', status: 'standby' }, WRITE), find);
}

const KEPT: Record<string, string> = {
  [KEY_STEPS.legacy]: 'The legacy JWT secret stays a key of the project: tokens that it has signed may be in use.',
  [KEY_STEPS.standby]: 'The key that add-auth made stays: the tokens in use are signed with it.',
  [KEY_STEPS.inUse]:
    'The project goes on signing with its ES256 key; rotate keys under Settings, JWT Keys for another.',
};

/** Why a step is not taken back. */
export function whyKept(id: string): string {
  return KEPT[id] ?? `${id} stays as it is.`;
}

/** @throws ProviderError */
export async function takeIntoUse(api: ManagementApi, ref: string, id: string): Promise<void> {
  await api.send('PATCH', `${pathOf(ref)}/${encodeURIComponent(id)}`, { status: 'in_use' }, WRITE);
}

/** What is refused because it is there already is looked up instead. */
async function makeOrFind(make: () => Promise<unknown>, find: () => Promise<SigningKey | undefined>): Promise<string> {
  try {
    return toKey((await make()) as Record<string, unknown>).id;
  } catch (error) {
    if (!(error instanceof ProviderError) || ![400, 409, 422].includes(error.status ?? 0)) throw error;
    const found = await find().catch(() => undefined);
    if (!found) throw error;
    return found.id;
  }
}
