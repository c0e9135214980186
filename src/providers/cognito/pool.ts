import { isRecord } from '../../is-record.ts';
import type { Warning } from '../../types.ts';
import type { ProviderInput } from '../types.ts';
import { AwsError, isMissing } from './refusal.ts';
import type { Session } from './session.ts';
import { issuerOf } from './target.ts';

/** What matters of a user pool. */
export interface PoolState {
  name: string;
  issuer: string;
  /** The cheapest plan: the old login pages, and no audience in tokens. */
  isLite: boolean;
  domain?: Domain;
  /** Clients may register themselves (`OpenDcrEnabled`); the scopes that they may ask for. */
  registration?: readonly string[];
}

export interface Domain {
  name: string;
  /** Login pages of today, on which alone `resource` counts. */
  isManaged: boolean;
}

/** @throws AwsError */
export async function readPool(session: Session): Promise<PoolState> {
  const { api, pool } = session;
  const answer = await api.call('DescribeUserPool', { UserPoolId: pool.id }, 'read the user pool').catch((error) => {
    throw isMissing(error) ? noSuchPool(session, error as AwsError) : error;
  });
  const found = isRecord(answer['UserPool']) ? answer['UserPool'] : {};
  const { Name, UserPoolTier, IssuerConfiguration: issuer, DcrConfiguration: dcr } = found;
  const domain = text(found['CustomDomain']) ?? text(found['Domain']);
  return {
    name: text(Name) ?? pool.id,
    issuer: issuerOf(pool, isRecord(issuer) ? text(issuer['Type']) : undefined),
    isLite: UserPoolTier === 'LITE',
    ...(domain !== undefined && { domain: { name: domain, isManaged: await isManaged(session, domain) } }),
    ...(isRecord(dcr) && isOpen(dcr) && { registration: strings(dcr['AllowedScopes']) }),
  };
}

async function isManaged({ api }: Session, domain: string): Promise<boolean> {
  const answer = await api.find('DescribeUserPoolDomain', { Domain: domain }, 'read the domain of the user pool');
  const found = isRecord(answer?.['DomainDescription']) ? answer['DomainDescription'] : {};
  return found['ManagedLoginVersion'] === 2;
}

const isOpen = ({ EnableStatus, OpenDcrEnabled }: Record<string, unknown>): boolean =>
  EnableStatus !== 'Disabled' && OpenDcrEnabled === true;

function noSuchPool({ pool }: Session, { type, status }: AwsError): AwsError {
  return new AwsError(
    type,
    status,
    `There is no user pool ${pool.id} in ${pool.region} for these credentials.`,
    'Check --user-pool, and AWS_PROFILE if the pool is in another account.',
  );
}

/** What of the pool does not work as MCP clients expect. */
export function poolWarnings(
  pool: PoolState,
  { resource }: ProviderInput,
  { scopes, knowsPkce }: { scopes: readonly string[]; knowsPkce: boolean },
): Warning[] {
  const bindsTokens = pool.domain ? pool.domain.isManaged : !pool.isLite;
  const { hostname, protocol } = new URL(resource);
  return [
    registrationWarning(pool, scopes),
    ...(knowsPkce ? [] : [NO_PKCE]),
    ...(bindsTokens && !pool.isLite ? [] : [noAudience(pool)]),
    ...(protocol === 'http:' && hostname !== 'localhost'
      ? [
          {
            message: `Cognito takes no resource ${resource}: of http it allows only http://localhost.`,
            fix: 'Run again with --resource http://localhost:PORT/PATH, or the public https URL.',
          },
        ]
      : []),
  ];
}

const NO_PKCE: Warning = {
  message: 'The metadata of Cognito do not say that it knows PKCE (it does): a client that insists on that refuses.',
  fix: 'There is no setting for it; such clients need a proxy that adds code_challenge_methods_supported.',
};

function registrationWarning({ registration }: PoolState, asked: readonly string[]): Warning {
  if (!registration) {
    return {
      message:
        'Clients cannot register themselves at this user pool: each uses the id of an app client that add-auth makes.',
      fix: 'For a client that is not among them, run again with --callback and the URL that it is called back at.',
    };
  }
  const missing = asked.filter((scope) => !registration.includes(scope));
  return {
    message:
      missing.length === 0
        ? 'Anybody may register clients at this user pool, so its tokens are taken with the right audience only.'
        : `Clients that register themselves at this user pool may not ask for ${missing.join(', ')}.`,
    fix:
      missing.length === 0
        ? 'Nothing has to be done; clients that send no resource use the ids of the app clients that add-auth makes.'
        : 'Add them to AllowedScopes of its dynamic client registration; add-auth leaves that setting alone.',
  };
}

function noAudience({ isLite }: PoolState): Warning {
  const why = isLite ? 'the user pool is of the feature plan Lite' : 'its domain has the classic login pages';
  return {
    message: `Tokens will name no audience, because ${why}: the server goes by the client that a token was issued to.`,
    fix: 'For tokens that are bound to this server use Essentials or Plus with managed login (ManagedLoginVersion 2).',
  };
}

export const text = (value: unknown): string | undefined => (typeof value === 'string' && value ? value : undefined);

export const strings = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];
