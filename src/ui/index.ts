import type { ManualStep } from '../errors.ts';
import type { Mode } from '../mode.ts';
import { indent } from './indent.ts';
import type { PlanView } from './json.ts';
import type { NextStep } from './next.ts';
import type { Prompts } from './prompts.ts';
import { createSpinner, type Spinner } from './spinner.ts';
import { createStyle, type Style } from './style.ts';

export type { PlanView } from './json.ts';
export type { NextStep } from './next.ts';
export type { Prompts } from './prompts.ts';
export type { Spinner } from './spinner.ts';

/** The only way to the terminal. Messages go to stderr; results to stdout, except under `--json`. */
export interface Ui {
  info(message: string): void;
  warn(message: string, fix?: string): void;
  success(message: string): void;
  /** The name of what comes next: one line, bold. */
  step(message: string): void;
  spinner(message: string): Spinner;
  error(error: { message: string; fix: string; manual?: ManualStep[] }): void;
  /** What the command was called for: on stdout for people, on stderr when stdout carries JSON. */
  result(text: string): void;
  /** Bare text on stdout whatever the mode (`add-auth token`). */
  stdout(text: string): void;
  /** Colours that fit where `result` goes. */
  style: Style;
  /** Questions. Throw `missing-answer` when the run is not interactive, `interrupted` on Ctrl-C. */
  ask: Prompts;
  /** Files with +/-, packages, environment names, provider steps, what is left for a person. */
  showPlan(plan: PlanView): Promise<void>;
  /** The plan's changes as unified diffs; new files only with `full`. */
  showDiffs(plan: PlanView, options?: { full?: boolean }): Promise<void>;
  /** The closing box. */
  showNext(title: string, steps: NextStep[]): Promise<void>;
}

/**
 * @param mode what src/mode.ts decided
 * @param streams where to write; the process's own by default
 */
export function createUi(
  mode: Mode,
  streams: { out: NodeJS.WritableStream; err: NodeJS.WritableStream } = { out: process.stdout, err: process.stderr },
): Ui {
  const err = createStyle(mode.color);
  const style = createStyle(mode.json ? mode.color : mode.colorOut);
  const say = (text: string): void => void streams.err.write(`${text}\n`);
  const result = (text: string): void => void (mode.json ? streams.err : streams.out).write(`${text}\n`);
  return {
    info: (message) => say(message),
    warn(message, fix) {
      say(`${err.yellow('!')} ${message}`);
      if (fix) say(indent(err.dim(fix)));
    },
    success: (message) => say(`${err.green('✔')} ${message}`),
    step: (message) => say(err.bold(message)),
    spinner: (message) => createSpinner(message, { stream: streams.err, style: err, animated: mode.interactive }),
    error({ message, fix, manual = [] }) {
      // A question that was cut off has left the cursor hidden.
      if (mode.interactive) streams.err.write('\x1b[?25h');
      say(`${err.red('✖')} ${message}`);
      if (fix) say(indent(fix));
      for (const { what, snippet } of manual) say(`\n${indent(what)}\n\n${indent(snippet, '    ')}`);
    },
    result,
    stdout: (text) => void streams.out.write(`${text}\n`),
    style,
    ask: lazyPrompts(mode),
    async showPlan(plan) {
      const { renderPlan } = await import('./plan-view.ts');
      result(renderPlan(plan, style));
    },
    async showDiffs(plan, options) {
      const { renderDiffs } = await import('./diff-view.ts');
      result(renderDiffs(plan, style, options));
    },
    async showNext(title, steps) {
      const { renderNext } = await import('./next.ts');
      result(renderNext(title, steps, style));
    },
  };
}

/** The prompt library is loaded with the first question, which most runs never ask. */
function lazyPrompts(mode: Mode): Prompts {
  const load = async (): Promise<Prompts> => (await import('./prompts.ts')).createPrompts(mode);
  return {
    select: async (question) => (await load()).select(question),
    multiselect: async (question) => (await load()).multiselect(question),
    text: async (question) => (await load()).text(question),
    confirm: async (question) => (await load()).confirm(question),
    scopes: async (question) => (await load()).scopes(question),
  };
}
