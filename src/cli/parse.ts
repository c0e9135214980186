import { Command, CommanderError } from 'commander';
import { capital } from '../capital.ts';
import type { CommandResult, DevOptions, Io, RemoveOptions, StatusOptions } from '../commands/options.ts';
import { CliError } from '../errors.ts';
import { addOptions } from './add-options.ts';
import { addDoctor } from './doctor.ts';
import { EXAMPLES, SUMMARY } from './help.ts';
import { addTokenOptions, tokenOptions } from './token-options.ts';

export const COMMANDS = ['add', 'doctor', 'token', 'dev', 'status', 'remove'] as const;
export type CommandName = (typeof COMMANDS)[number];

/** What a command line asks for. `execute` loads the command's code, which parsing does not. */
export interface Invocation {
  command: CommandName;
  options: { dir: string; json: boolean; yes?: boolean };
  execute(io: Io): Promise<CommandResult>;
}

/**
 * @param argv arguments without node and script
 * @returns the call, or the text of `--help` and `--version`
 * @throws CliError `usage` or `invalid-option`
 */
export function parseArguments(argv: string[], version: string): Invocation | { text: string } {
  const { head, command } = splitAtDashes(argv);
  let text = '';
  let invocation: Invocation | undefined;
  const program = createProgram(version, command, (chosen) => (invocation = chosen));
  const output = { writeOut: (part: string) => void (text += part), writeErr: () => undefined };
  for (const each of [program, ...program.commands]) each.configureOutput(output).exitOverride();
  try {
    program.parse(head, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { text: text.trimEnd() };
    throw usageError(error);
  }
  if (!invocation) throw new Error('no command was chosen');
  return invocation;
}

/** `add-auth dev [dir] -- command…`: what stands behind the dashes is no business of ours. */
function splitAtDashes(argv: string[]): { head: string[]; command: string[] } {
  // The JSON documents say "command": "add", so somebody will type it.
  if (argv[0] === 'add') return { head: argv.slice(1), command: [] };
  const at = argv.indexOf('--');
  const isDev = argv.find((argument) => !argument.startsWith('-')) === 'dev';
  return at >= 0 && isDev ? { head: argv.slice(0, at), command: argv.slice(at + 1) } : { head: argv, command: [] };
}

function createProgram(version: string, command: string[], choose: Choose): Command {
  const program = new Command('add-auth')
    .description(SUMMARY)
    .version(version, '-v, --version')
    .enablePositionalOptions()
    .configureHelp({ showGlobalOptions: false })
    .helpCommand('help [command]', 'help for one command')
    .addHelpText('after', EXAMPLES);
  addOptions(program, (options) =>
    choose({ command: 'add', options, execute: async (io) => (await import('../commands/add.ts')).add(options, io) }),
  );
  addDoctor(program, choose);
  addToken(program, choose);
  addDev(program, choose, command);
  addStatus(program, choose);
  addRemove(program, choose);
  return program;
}

type Choose = (invocation: Invocation) => void;

/** A command with what all of them have. */
function sub(program: Command, name: CommandName, description: string): Command {
  return program.command(`${name} [dir]`).description(description).option('--json', 'one JSON document on stdout');
}

function addToken(program: Command, choose: Choose): void {
  addTokenOptions(sub(program, 'token', 'print an access token for the configured server')).action(
    (dir: string | undefined, _, self: Command) => {
      const options = tokenOptions(dir, self);
      choose({
        command: 'token',
        options,
        execute: async (io) => (await import('../commands/token.ts')).token(options, io),
      });
    },
  );
}

/** @param command what stands behind `--` */
function addDev(program: Command, choose: Choose, command: string[]): void {
  sub(program, 'dev', 'run the local authorization server and, after --, a command beside it')
    .usage('[dir] [options] [-- command…]')
    .action((dir: string | undefined, _, self: Command) => {
      const options: DevOptions = { dir: dir ?? '.', command, json: jsonOf(self) };
      choose({ command: 'dev', options, execute: async (io) => (await import('../commands/dev.ts')).dev(options, io) });
    });
}

function addStatus(program: Command, choose: Choose): void {
  sub(program, 'status', 'what is configured, and what has drifted since').action(
    (dir: string | undefined, _, self: Command) => {
      const options: StatusOptions = { dir: dir ?? '.', json: jsonOf(self) };
      choose({
        command: 'status',
        options,
        execute: async (io) => (await import('../commands/status.ts')).status(options, io),
      });
    },
  );
}

function addRemove(program: Command, choose: Choose): void {
  sub(program, 'remove', 'take out again all that add-auth put in')
    .option('--remote', 'also what it created at the provider')
    .option('--dry-run', 'show what would change; write nothing')
    .option('--yes', 'do not ask')
    .option('--force', 'go on although git has uncommitted changes to these files')
    .action((dir: string | undefined, _, self: Command) => {
      const flags = self.optsWithGlobals<Record<string, unknown>>();
      const is = (name: string): boolean => flags[name] === true;
      const options: RemoveOptions = {
        dir: dir ?? '.',
        remote: is('remote'),
        dryRun: is('dryRun'),
        yes: is('yes'),
        force: is('force'),
        json: is('json'),
      };
      choose({
        command: 'remove',
        options,
        execute: async (io) => (await import('../commands/remove.ts')).remove(options, io),
      });
    });
}

function jsonOf(command: Command): boolean {
  return command.optsWithGlobals<{ json?: boolean }>().json === true;
}

function usageError(error: CommanderError): CliError {
  const [first = '', ...rest] = error.message.replace(/^error: /, '').split('\n');
  const hint = rest
    .join(' ')
    .replace(/^\(|\)$/g, '')
    .trim();
  const sentence = capital(first) + (first.endsWith('.') ? '' : '.');
  return new CliError('usage', sentence, hint || 'See add-auth --help.');
}
