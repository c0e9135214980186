import type { AuthRecord } from '../../apply/state.ts';
import type { EnvPair } from '../../edit/env-parse.ts';

/** What a project says about itself: its `.env`, what add-auth noted, and its source. */
export interface ProjectEvidence {
  /** Absolute path. Never printed. */
  root: string;
  /** The record of add-auth, when it was run here. */
  record?: AuthRecord | undefined;
  /** `.env`, line by line; undefined when there is none. */
  env?: EnvEvidence | undefined;
  /** The environment of this process: the names that the server reads and that are set here. */
  processEnv: Record<string, string>;
  /** What the source says; filled in by gather-source.ts. */
  source?: SourceEvidence | undefined;
}

export interface EnvEvidence {
  text: string;
  pairs: EnvPair[];
  isIgnoredByGit: boolean | undefined;
  isTrackedByGit: boolean | undefined;
}

/** Findings in the source, ready to be reported: which check, where, what, and the change to make. */
export interface SourceEvidence {
  language: 'typescript' | 'javascript' | 'python' | 'unknown';
  /** Ids of `src.*` checks that were looked for; the others are skipped. */
  looked: string[];
  problems: SourceProblem[];
}

export interface SourceProblem {
  id: string;
  level: 'fail' | 'warn';
  file: string;
  /** Counts from 1. */
  line: number;
  detail: string;
  fix: string;
}
