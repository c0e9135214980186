import { existsSync } from 'node:fs';
import type { CommandResult } from '../commands/options.ts';
import { CliError, EXIT, type ErrorCode, type ExitCode, type ManualStep } from '../errors.ts';
import { interruptAdvice } from '../interrupt-advice.ts';
import { decideMode } from '../mode.ts';
import { createUi, type Ui } from '../ui/index.ts';
import { closest } from '../closest.ts';
import { COMMANDS, parseArguments, type CommandName, type Invocation } from './parse.ts';

interface Failure {
  code: ErrorCode;
  exit: ExitCode;
  message: string;
  fix: string;
  manual: ManualStep[];
  /** What is known beside the error: the plan that was refused, for example. */
  detail: object;
}

/**
 * Runs one command line. Never throws: every failure is reported, once, on stderr and (under `--json`) on stdout.
 * @param argv arguments without node and script
 * @param interrupted called by the entry on Ctrl-C when the command does not handle it itself
 */
export async function main(argv: string[], version: string): Promise<ExitCode> {
  let command = guessCommand(argv);
  let ui = createUi(decideMode({ json: asksForJson(argv) }));
  try {
    const parsed = parseArguments(argv, version);
    if ('text' in parsed) {
      ui.stdout(parsed.text);
      return EXIT.done;
    }
    command = parsed.command;
    const mode = decideMode(parsed.options);
    ui = createUi(mode);
    checkDirectory(parsed);
    const result = await parsed.execute({ mode, ui });
    if (mode.json) ui.stdout(documentOf(command, result));
    return result.exit;
  } catch (error) {
    return report(ui, command, failureOf(error), asksForJson(argv));
  }
}

/** What is said when the run ends without an answer: Ctrl-C, or stdin closed under a prompt. */
export function reportInterrupted(argv: string[]): ExitCode {
  const ui = createUi(decideMode({ json: asksForJson(argv) }));
  const error = new CliError('interrupted', 'Interrupted.', interruptAdvice());
  return report(ui, guessCommand(argv), failureOf(error), asksForJson(argv));
}

function report(ui: Ui, command: CommandName, failure: Failure, json: boolean): ExitCode {
  const { code, message, fix, manual, detail } = failure;
  ui.error(failure);
  if (json) {
    const document = {
      version: 1,
      command,
      ok: false,
      error: { code, message, fix },
      ...detail,
      ...(manual.length > 0 && { manual }),
    };
    ui.stdout(JSON.stringify(document, null, 2));
  }
  return failure.exit;
}

function documentOf(command: CommandName, { exit, json }: CommandResult): string {
  return JSON.stringify({ version: 1, command, ok: exit === EXIT.done, ...json }, null, 2);
}

function failureOf(error: unknown): Failure {
  if (error instanceof CliError) {
    const { code, exit, message, fix, manual, detail } = error;
    return { code, exit, message, fix, manual, detail };
  }
  const text = error instanceof Error ? error.message : String(error);
  const stack = process.env['DEBUG'] && error instanceof Error ? `\n${error.stack ?? ''}` : '';
  return {
    code: 'internal-error',
    exit: EXIT.failed,
    message: `Something went wrong inside add-auth: ${text}${stack}`,
    fix: stack
      ? 'Please report it with the lines above.'
      : 'Run it again with DEBUG=1 to see where, and please report it.',
    manual: [],
    detail: {},
  };
}

/** A first word that is no directory is most likely a command with a slip in it. */
function checkDirectory({ command, options: { dir } }: Invocation): void {
  if (existsSync(dir)) return;
  const looksLikeCommand = command === 'add' && /^[a-z-]+$/.test(dir);
  const meant = looksLikeCommand ? closest(dir, [...COMMANDS.slice(1), 'help']) : undefined;
  if (meant !== undefined)
    throw new CliError('usage', `There is no command "${dir}".`, `Did you mean add-auth ${meant}?`);
  throw new CliError(
    'no-project',
    `There is no directory ${dir}.`,
    looksLikeCommand
      ? 'Give the directory of the MCP server, or see add-auth --help for the commands.'
      : 'Give the directory of the MCP server.',
  );
}

function asksForJson(argv: string[]): boolean {
  const dashes = argv.indexOf('--');
  return (dashes < 0 ? argv : argv.slice(0, dashes)).includes('--json');
}

function guessCommand(argv: string[]): CommandName {
  const first = argv.find((argument) => !argument.startsWith('-'));
  return COMMANDS.find((name) => name === first) ?? 'add';
}
