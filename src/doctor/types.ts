import type { CheckId } from './ids.ts';

/** `skip`: could not be seen from here, or follows from the failed check in `blockedBy`. */
export type Status = 'pass' | 'warn' | 'fail' | 'skip';

export interface Finding {
  status: Status;
  /** In place of the title of the check, where that says something else than what was found. */
  title?: string;
  /** The verdict in one or two sentences. */
  detail: string;
  /** What was seen. Holds no token and no secret. */
  evidence?: Record<string, unknown>;
  /** The exact change to make. */
  fix?: string;
  blockedBy?: CheckId;
}

/** A finding with its check, as `--json` prints it. */
export interface CheckResult extends Finding {
  id: CheckId;
  group: string;
  title: string;
}

/** What the checks before found. */
export interface Earlier {
  of(id: CheckId): CheckResult | undefined;
  failed(id: CheckId): boolean;
}

export interface Target {
  kind: 'project' | 'url';
  value: string;
}

export interface Diagnosis {
  target: Target;
  checks: CheckResult[];
  /** Failed and not a consequence of another, first to last; without failures the warnings. */
  rootCauses: CheckId[];
}

type More = Pick<Finding, 'evidence' | 'fix'>;

export const pass = (detail: string, evidence?: Finding['evidence']): Finding => ({
  status: 'pass',
  detail,
  ...(evidence && { evidence }),
});
export const fail = (detail: string, more: More & { fix: string }): Finding => ({ status: 'fail', detail, ...more });
export const warn = (detail: string, more: More & { fix: string }): Finding => ({ status: 'warn', detail, ...more });
export const skip = (detail: string, blockedBy?: CheckId): Finding => ({
  status: 'skip',
  detail,
  ...(blockedBy && { blockedBy }),
});
