/** Looks at a project's source before and after a run, for the errors that the run brought in. */
export interface Proof {
  /** Remembers how things stand before anything is written. @param paths relative to the project root */
  before(paths: readonly string[]): Promise<void>;
  /**
   * @param uninstalled packages that are declared and not installed: what follows from that is no error of ours
   * @param signal ends it at once; the promise is rejected then
   * @throws CliError `verification-failed`
   */
  after(paths: readonly string[], options: { uninstalled: readonly string[]; signal: AbortSignal }): Promise<Proven>;
  end(): Promise<void>;
}

export interface Proven {
  /** What was really looked at, as the end of a sentence: `it type-checks as before`. */
  summary: string;
  /** Packages that could not be found. */
  missing: ReadonlySet<string>;
}
