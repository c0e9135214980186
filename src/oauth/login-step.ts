import { CliError } from '../errors.ts';
import { refusalOf, type RefusalContext } from './refusal.ts';

/** The steps of a login in their order; not every way has all of them. */
export type LoginStep = 'resource' | 'discovery' | 'registration' | 'authorization' | 'token';

/** Tells how far a login has come. What is handed out holds no secret: no token, code, verifier or client secret. */
export interface LoginHooks {
  /** A step begins; `what` says it in words. */
  onStep?(step: LoginStep, what: string): void;
  /** It succeeded, with what came out of it. */
  onStepDone?(step: LoginStep, evidence: Record<string, unknown>): void;
}

/** A login that failed, and where. Code, message and fix are those of the cause. */
export class LoginError extends CliError {
  readonly step: LoginStep;

  constructor(step: LoginStep, reason: CliError) {
    const { code, message, fix, manual, detail } = reason;
    super(code, message, fix, { cause: reason, manual, detail: { ...detail, step } });
    this.step = step;
  }
}

/**
 * Runs one step and reports it.
 * @param evidence what of the result may be shown
 * @throws LoginError for whatever goes wrong in it
 */
export async function atStep<T>(
  step: LoginStep,
  what: string,
  { hooks, context }: { hooks: LoginHooks; context: RefusalContext },
  action: () => Promise<T>,
  evidence: (result: T) => Record<string, unknown> = () => ({}),
): Promise<T> {
  hooks.onStep?.(step, what);
  try {
    const result = await action();
    hooks.onStepDone?.(step, evidence(result));
    return result;
  } catch (error) {
    throw new LoginError(step, await refusalOf(error, context));
  }
}
