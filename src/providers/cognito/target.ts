import { CliError } from '../../errors.ts';
import type { ProviderTarget } from '../types.ts';

/** One user pool. */
export interface Pool {
  /** `eu-central-1_AbCdEfGhI` */
  id: string;
  region: string;
}

/**
 * The pool of `--user-pool ID`; its id starts with its region.
 * @throws CliError `missing-answer`, `invalid-option`
 */
export function checkTarget({ userPool, region }: ProviderTarget): Pool {
  if (userPool === undefined) {
    throw new CliError('missing-answer', 'Provider cognito needs a user pool.', 'Add --user-pool ID');
  }
  const [own = '', rest] = userPool.split('_');
  if (!/^[\w-]+_[\dA-Za-z]+$/.test(userPool) || rest === undefined || userPool.length > 55) {
    throw new CliError(
      'invalid-option',
      `--user-pool ${JSON.stringify(userPool)} is not the id of a user pool.`,
      'Use the id as the console shows it, such as eu-central-1_AbCdEfGhI',
    );
  }
  // What stands in for AWS on this machine may begin ids with something else.
  if (!isRegion(own) && region !== undefined) return { id: userPool, region: checkRegion(region) };
  if (region !== undefined && region !== own) {
    throw new CliError(
      'invalid-option',
      `--region is ${region}, and the user pool ${userPool} is in ${own}.`,
      'Leave --region out, or name a pool of that region.',
    );
  }
  return { id: userPool, region: checkRegion(own) };
}

/** @throws CliError `invalid-option` */
export function checkRegion(region: string): string {
  if (isRegion(region)) return region;
  throw new CliError(
    'invalid-option',
    `${JSON.stringify(region)} is not the name of an AWS region.`,
    'Use a name such as --region eu-central-1',
  );
}

/** `eu-central-1`, `us-gov-west-1` */
const isRegion = (text: string): boolean => /^[a-z]{2,}(-[a-z]+)+-\d+$/.test(text);

/** Regions of China have a domain of their own. */
const suffixOf = (region: string): string => (region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com');

/** Where the API of a region is, unless the environment says otherwise. */
export const apiOf = (region: string): string => `https://cognito-idp.${region}.${suffixOf(region)}`;

/** The issuer of a pool; pools with `IssuerConfiguration` UPDATED have one that more than one region serves. */
export const issuerOf = ({ id, region }: Pool, type = 'ORIGINAL'): string =>
  `https://${type === 'UPDATED' ? 'issuer-' : ''}cognito-idp.${region}.${suffixOf(region)}/${id}`;
