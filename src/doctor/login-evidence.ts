import type { LoginStep } from '../oauth/login-step.ts';
import type { CheckId } from './ids.ts';
import { fail, type Finding } from './types.ts';

/** How a login went, without what it brought. */
export interface LoginEvidence {
  steps: { step: LoginStep; what: string; evidence: Record<string, unknown> }[];
  /** The step that broke. */
  broken?: { step: LoginStep; message: string; fix: string };
  hasRefreshToken: boolean;
}

/** Where a broken login belongs among the checks. */
const CHECK_OF: Record<LoginStep, CheckId> = {
  resource: 'prm.schema',
  discovery: 'as.schema',
  registration: 'reg.dcr',
  authorization: 'authz.client',
  token: 'tokep.errors',
};

/** The finding of a check at whose step the login broke. */
export function brokenLogin(id: CheckId, evidence: LoginEvidence | undefined): Finding | undefined {
  const broken = evidence?.broken;
  if (!broken || CHECK_OF[broken.step] !== id) return undefined;
  const done = evidence.steps.map(({ what }) => what);
  return fail(broken.message, { evidence: { 'worked before': done, step: broken.step }, fix: broken.fix });
}
