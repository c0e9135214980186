import * as clack from '@clack/prompts';
import { CliError } from '../errors.ts';
import type { Mode } from '../mode.ts';
import { editScopes, type ScopeRows } from './scopes-table.ts';

interface Question {
  message: string;
  /** The option that gives the same answer, e.g. `--provider NAME`: named when the question cannot be asked. */
  option: string;
}
export interface SelectQuestion<T extends string> extends Question {
  choices: { value: T; label: string; hint?: string }[];
  initial?: T;
}
export interface MultiselectQuestion<T extends string> extends Question {
  choices: { value: T; label: string; hint?: string }[];
  initial?: T[];
}
export interface TextQuestion extends Question {
  initial?: string;
  placeholder?: string;
  /** Returns what is wrong with the answer, or undefined. Throwing a CliError counts as its message and fix. */
  validate?(value: string): string | undefined;
  /** Typed unseen. */
  secret?: boolean;
}
export interface ConfirmQuestion extends Question {
  initial?: boolean;
}
export interface ScopesQuestion extends Question {
  scopes: ScopeRows;
}

/** The questions that add-auth can ask. */
export interface Prompts {
  select<T extends string>(question: SelectQuestion<T>): Promise<T>;
  /** Any number of the choices, none included. */
  multiselect<T extends string>(question: MultiselectQuestion<T>): Promise<T[]>;
  text(question: TextQuestion): Promise<string>;
  confirm(question: ConfirmQuestion): Promise<boolean>;
  /** Shows the scope map as a table; rows can be edited until the person is done. */
  scopes(question: ScopesQuestion): Promise<ScopeRows>;
}

/** @throws CliError every method: `missing-answer` when not interactive, `interrupted` when cancelled */
export function createPrompts(mode: Mode): Prompts {
  // Both are terminals or the run would not be interactive; stderr keeps `add-auth > file` readable when it is one.
  const output = process.stderr.isTTY ? process.stderr : process.stdout;
  const common = { output, withGuide: false };
  const guard = (question: Question): void => {
    if (!mode.interactive) throw missingAnswer(question);
  };
  const prompts: Prompts = {
    async select<T extends string>(question: SelectQuestion<T>): Promise<T> {
      guard(question);
      const options = question.choices.map(({ value, label, hint }) => ({
        value: value as string,
        label,
        ...(hint && { hint }),
      }));
      const initial = question.initial === undefined ? {} : { initialValue: question.initial as string };
      return answer(await clack.select<string>({ ...common, message: question.message, options, ...initial })) as T;
    },
    async multiselect<T extends string>(question: MultiselectQuestion<T>): Promise<T[]> {
      guard(question);
      const options = question.choices.map(({ value, label, hint }) => ({
        value: value as string,
        label,
        ...(hint && { hint }),
      }));
      const initialValues = question.initial ?? [];
      const asked = { ...common, message: question.message, options, initialValues, required: false };
      return answer(await clack.multiselect<string>(asked)) as T[];
    },
    async text(question) {
      guard(question);
      const options = {
        ...common,
        message: question.message,
        validate: (value: string | undefined) => problemOf(question, value ?? ''),
      };
      if (question.secret) return answer(await clack.password(options));
      return answer(
        await clack.text({
          ...options,
          ...(question.initial !== undefined && { initialValue: question.initial }),
          ...(question.placeholder !== undefined && { placeholder: question.placeholder }),
        }),
      );
    },
    async confirm(question) {
      guard(question);
      return answer(
        await clack.confirm({ ...common, message: question.message, initialValue: question.initial ?? true }),
      );
    },
    async scopes(question) {
      guard(question);
      return editScopes(prompts, question.message, question.scopes);
    },
  };
  return prompts;
}

function answer<T>(value: T | typeof clack.CANCEL_SYMBOL): T {
  if (clack.isCancel(value)) {
    throw new CliError('interrupted', 'Cancelled; nothing was changed.', 'Run add-auth again when you are ready.');
  }
  return value as T;
}

function problemOf(question: TextQuestion, value: string): string | undefined {
  try {
    return question.validate?.(value);
  } catch (error) {
    if (error instanceof CliError) return `${error.message} ${error.fix}`;
    throw error;
  }
}

function missingAnswer({ message, option }: Question): CliError {
  return new CliError(
    'missing-answer',
    `An answer is missing and this run must not ask: ${message}`,
    `Give it with ${option}.`,
  );
}
