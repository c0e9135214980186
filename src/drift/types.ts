/** One thing that is not as add-auth left it. */
export interface Drift {
  /** `run`: the last one was not finished. */
  what: 'file' | 'env' | 'scopes' | 'run' | 'provider';
  subject: string;
  message: string;
  fix: string;
}
