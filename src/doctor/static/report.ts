import type { EnvRead, SourceId, SourceProblem } from './types.ts';

export interface Place {
  file: string;
  line: number;
}

/** Collects what the rules find. A rule that has looked and found nothing wrong says what it saw. */
export class Report {
  readonly problems: SourceProblem[] = [];
  readonly looked: Partial<Record<SourceId, string>> = {};
  readonly reads: EnvRead[] = [];
  hasNoGate = false;

  /** A check has had something to look at. The first to speak says what. */
  saw(id: SourceId, what: string): void {
    this.looked[id] ??= what;
  }

  fail(id: SourceProblem['id'], place: Place, detail: string, fix: string): void {
    this.#add({ id, level: 'fail', ...place, detail, fix });
  }

  warn(id: SourceProblem['id'], place: Place, detail: string, fix: string): void {
    this.#add({ id, level: 'warn', ...place, detail, fix });
  }

  #add(problem: SourceProblem): void {
    const { id, file, line } = problem;
    if (id !== 'env.secrets') this.looked[id] ??= '';
    const isKnown = this.problems.some((other) => other.id === id && other.file === file && other.line === line);
    if (!isKnown) this.problems.push(problem);
  }
}

/** A change in the form of a diff. */
export const change = (before: string, after: string): string =>
  [...before.split('\n').map((line) => `- ${line}`), ...after.split('\n').map((line) => `+ ${line}`)].join('\n');

const MAX_SHOWN = 120;

/** Code for people: on one line, and not too much of it. */
export function shown(code: string): string {
  const line = code
    .split('\n')
    .map((part) => part.trim())
    .join(' ');
  return line.length > MAX_SHOWN ? `${line.slice(0, MAX_SHOWN)}…` : line;
}
