/** Exit codes of the program; see the README's table. */
export const EXIT = { done: 0, failed: 1, usage: 2, manual: 3, refused: 4, interrupted: 130 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The closed list of error codes that `--json` can carry, each with its exit code. */
export const ERROR_CODES = {
  // 1: something went wrong, nothing is half done
  'apply-failed': EXIT.failed,
  'file-changed': EXIT.failed,
  'install-failed': EXIT.failed,
  'internal-error': EXIT.failed,
  'issuer-unusable': EXIT.failed,
  'issuer-unreachable': EXIT.failed,
  'not-writable': EXIT.failed,
  'port-in-use': EXIT.failed,
  'state-unreadable': EXIT.failed,
  'uncommitted-changes': EXIT.failed,
  'unparsable-env': EXIT.failed,
  'unparsable-source': EXIT.failed,
  'verification-failed': EXIT.failed,
  // 2: the call was wrong or an answer is missing
  'ambiguous-entry': EXIT.usage,
  'entry-not-found': EXIT.usage,
  'invalid-option': EXIT.usage,
  'invalid-url': EXIT.usage,
  'missing-answer': EXIT.usage,
  'no-project': EXIT.usage,
  'unknown-tool': EXIT.usage,
  usage: EXIT.usage,
  // 3: left for a person
  'already-protected': EXIT.manual,
  'manual-step': EXIT.manual,
  'not-an-mcp-project': EXIT.manual,
  'stdio-only': EXIT.manual,
  'unsupported-shape': EXIT.manual,
  'unsupported-version': EXIT.manual,
  // 4: the provider said no
  'provider-refused': EXIT.refused,
  // 130
  interrupted: EXIT.interrupted,
} as const satisfies Record<string, ExitCode>;
export type ErrorCode = keyof typeof ERROR_CODES;

export interface ManualStep {
  /** What a person has to do, in one sentence. */
  what: string;
  /** Code or command to paste. */
  snippet: string;
}

/**
 * An error meant for the person at the keyboard: `message` says in one sentence what is wrong,
 * `fix` in another what to do next. Everything else that is thrown is a bug and becomes `internal-error`.
 */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly code: ErrorCode;
  readonly fix: string;
  readonly manual: ManualStep[];
  /** What is known beside the error, for `--json`: the plan that was refused, what was detected so far. */
  detail: object;

  constructor(
    code: ErrorCode,
    message: string,
    fix: string,
    options: { cause?: unknown; manual?: ManualStep[]; detail?: object } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.fix = fix;
    this.manual = options.manual ?? [];
    this.detail = options.detail ?? {};
  }

  get exit(): ExitCode {
    return ERROR_CODES[this.code];
  }
}
