/** One file of the project as it was when the plan was made, and as it shall be. */
export interface FileChange {
  /** Relative to the project root, with `/`; may lead out of it (`../pnpm-lock.yaml`). */
  path: string;
  /** `null`: there is no such file. */
  before: Buffer | null;
  /** `null`: the file is deleted. */
  after: Buffer | null;
  /** Permission bits to give the file; without them an existing file keeps its own. */
  mode?: number;
}

/** A program that is not ours but writes into the project during the run: the package manager. */
export interface ExternalStep {
  /** Files it may write (lock files), relative to the project root. They go back when the run fails. */
  tracked: string[];
  run(signal: AbortSignal): Promise<void>;
}
