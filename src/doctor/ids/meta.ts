/** What a check must be able to see. Where it is missing, the check is `skip` with the reason, never `pass`. */
export type Need = 'project' | 'live' | 'as' | 'token' | 'register';

export interface CheckMeta {
  title: string;
  /** The clause that decides; empty where practice does. */
  spec: string;
  /** These must hold first: when one fails, this check says nothing new. */
  requires: readonly string[];
  needs: readonly Need[];
  /** Findings in the source that explain this one: when one of them fails too, it is the cause. */
  explainedBy: readonly string[];
}

interface MetaInput {
  spec?: string;
  requires?: readonly string[];
  needs?: readonly Need[];
  explainedBy?: readonly string[];
}

/** A check's description; without `needs` it is about a live server. */
export const meta = (
  title: string,
  { spec = '', requires = [], needs = ['live'], explainedBy = [] }: MetaInput = {},
) => ({
  title,
  spec,
  requires,
  needs,
  explainedBy,
});

export const PROJECT = ['project'] as const;
export const AS = ['as'] as const;
export const TOKEN = ['token'] as const;
export const REGISTER = ['live', 'register'] as const;
