import { mergeRecords, readRemoteLog, type Account, type AuthRecord, type RemoteRecords } from '../apply/index.ts';
import { accountOf, isSameAccount, nameOf } from '../providers/account.ts';
import { toRemember } from '../providers/wishes.ts';
import type { Plan, Warning } from '../types.ts';
import type { Answers } from './answers.ts';
import type { ProjectRead } from './decide.ts';

/** What earlier runs did at this account; another tenant's ids mean nothing here. */
export function recordedAt(account: Account, { root, record }: Pick<ProjectRead, 'root' | 'record'>): RemoteRecords {
  const known = record && isSameAccount(account, record) ? record.remote : {};
  return mergeRecords(known, readRemoteLog(root, account));
}

/** A project that changes its provider leaves what was made at the old one. */
export function leftElsewhere(account: Account, record: AuthRecord | undefined): Warning[] {
  if (!record || isSameAccount(account, record) || Object.keys(record.remote).length === 0) return [];
  return [
    {
      message: `What add-auth made at ${nameOf(accountOf(record))} stays there.`,
      fix: 'To take it back, run add-auth remove --remote before you change the provider.',
    },
  ];
}

/** What the state file remembers of the answers; the issuer is there by itself. */
export function rememberedOf({ target: { issuer: _, ...target }, wishes }: Answers): Plan['provider']['account'] {
  const kept = toRemember(wishes);
  return { ...target, ...(kept && { wishes: kept }) };
}
