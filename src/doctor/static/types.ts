import type { AuthRecord } from '../../apply/state.ts';
import type { EnvPair } from '../../edit/env-parse.ts';
import type { SettingsFile } from '../../project/settings-file.ts';
import type { CheckId } from '../ids.ts';

/** What a project says about itself: its settings, what add-auth noted, and its source. */
export interface ProjectEvidence {
  /** Absolute path. Never printed. */
  root: string;
  /** The record of add-auth, when it was run here. */
  record?: AuthRecord | undefined;
  /** Where its settings are on this machine, whether or not that file is there. */
  settings: SettingsFile;
  /** That file, line by line; undefined when there is none. */
  env?: EnvEvidence | undefined;
  /** The environment of this process: the names that the server reads and that are set here. */
  processEnv: Record<string, string>;
  /** What the source says. */
  source?: SourceEvidence | undefined;
}

export interface EnvEvidence {
  text: string;
  pairs: EnvPair[];
  isIgnoredByGit: boolean | undefined;
  isTrackedByGit: boolean | undefined;
}

export type SourceId = Extract<CheckId, `src.${string}`>;

/** Findings in the source, ready to be reported: which check, where, what, and the change to make. */
export interface SourceEvidence {
  language: 'typescript' | 'javascript' | 'python' | 'unknown';
  /** Why nothing could be read. */
  whyNot?: string | undefined;
  /** Ids of `src.*` checks that were looked for, with what was seen there; the others are skipped. */
  looked: Partial<Record<SourceId, string>>;
  problems: SourceProblem[];
  /** No gate was found at all, which a live server that refuses proves to be elsewhere. */
  hasNoGate?: boolean;
  /** Variables of the environment that the source reads. */
  reads: EnvRead[];
  /** Files that say how the server is run: `Dockerfile`, `vercel.json` … */
  deployment: Deployment;
}

export interface SourceProblem {
  /** `env.secrets` for secrets that are written into the code. */
  id: SourceId | 'env.secrets';
  level: 'fail' | 'warn';
  file: string;
  /** Counts from 1. */
  line: number;
  detail: string;
  fix: string;
}

/** A place where the server reads a variable. */
export interface EnvRead {
  name: string;
  file: string;
  line: number;
  /** Nothing stands in for it when it is missing, and nothing asks whether it is there. */
  isNeeded: boolean;
  /** It stands behind `https://`, so its value has to be a host name. */
  isHost: boolean;
}

export interface Deployment {
  /** Every file that says how the server is run. */
  files: string[];
  /** A file of a platform that starts and stops instances by itself, or that asks for several of them. */
  isScaled: string | undefined;
}
