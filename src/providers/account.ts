import { isDeepStrictEqual } from 'node:util';
import type { Account, AuthRecord } from '../apply/index.ts';
import { getProvider } from './registry.ts';

/** The account that a project is set up with. @throws CliError `invalid-option` for a state file that names none */
export function accountOf({ provider, ...record }: AuthRecord): Account {
  const { needs, takes = [] } = getProvider(provider);
  const target: Account['target'] = {};
  for (const key of [...needs, ...takes]) if (record[key] !== undefined) target[key] = record[key];
  return { provider, target };
}

/** `localhost:8443`, or what else tells the account. */
export function nameOf({ provider, target }: Account): string {
  return Object.values(target)[0] ?? provider;
}

/** Was the project set up with this account? */
export function isSameAccount(account: Account, record: AuthRecord): boolean {
  return record.provider === account.provider && isDeepStrictEqual(accountOf(record), account);
}
