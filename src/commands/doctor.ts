import { readFileSync } from 'node:fs';
import manifest from '../../package.json' with { type: 'json' };
import { diagnose, type Examined } from '../doctor/diagnose.ts';
import type { GatherInput } from '../doctor/gather/index.ts';
import { CliError, EXIT, type ErrorCode, type ExitCode } from '../errors.ts';
import { isTokenText } from '../oauth/token-text.ts';
import { loginAndExamine } from './doctor-login.ts';
import type { DoctorOptions } from './doctor-options.ts';
import { aim } from './doctor-target.ts';
import type { CommandResult, Io } from './options.ts';

/** Between two looks of `--watch`, in milliseconds. */
const PAUSE = 2000;

const BLIND = {
  message: 'Nothing could be looked at: add-auth was not run here, and no server is known.',
  fix: 'Run add-auth doctor URL with the URL of the MCP endpoint, or add-auth in the directory of the server.',
};

/** Says why a client cannot connect. Exit 1 when something is wrong, or when nothing could be looked at. */
export async function doctor(options: DoctorOptions, io: Io): Promise<CommandResult> {
  const token = readToken(options.token);
  let examined = await examine(options, token, io);
  await show(examined, options, io);
  if (options.fix && exitOf(examined, options) !== EXIT.done) {
    const { repair } = await import('./doctor-fix.ts');
    if (await repair(examined, options, io)) {
      examined = await examine(options, token, io);
      await show(examined, options, io);
    }
  }
  if (options.watch) examined = await watch(examined, options, token, io);
  await writeFiles(examined, options, io);
  const exit = exitOf(examined, options);
  const { target, checks, rootCauses } = examined;
  const error = wasBlind(examined) && { code: 'verification-failed' satisfies ErrorCode, ...BLIND };
  return { exit, json: { ...(error && { error }), target, checks, rootCauses } };
}

async function examine(options: DoctorOptions, token: string | undefined, io: Io): Promise<Examined> {
  const { client, register, timeout } = options;
  const input: GatherInput = { ...(await aim(options.target)), token, client, register, timeout };
  return options.login && token === undefined ? loginAndExamine(input, io) : diagnose(input);
}

/** `-` is stdin, `@file` a file, and `ADD_AUTH_TOKEN` stands in when nothing is given. */
function readToken(given: string | undefined, environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const value = given ?? environment['ADD_AUTH_TOKEN'];
  if (value === undefined || value.trim() === '') return undefined;
  const source = value === '-' ? 0 : value.startsWith('@') ? value.slice(1) : undefined;
  const text = source === undefined ? value : readSource(source);
  const token = text.trim().replace(/^Bearer\s+/i, '');
  if (token === '') {
    throw new CliError(
      'invalid-option',
      '--token was given nothing to read.',
      'Pipe the token in, or give it as the value.',
    );
  }
  if (isTokenText(token)) return token;
  throw new CliError(
    'invalid-option',
    'The token contains characters that no token has.',
    'Copy it without line breaks and quotes.',
  );
}

function readSource(source: 0 | string): string {
  try {
    return readFileSync(source, 'utf8');
  } catch (cause) {
    const where = source === 0 ? 'stdin' : source;
    const fix = 'Give a file that can be read, or pipe the token in.';
    throw new CliError('invalid-option', `The token cannot be read from ${where}.`, fix, { cause });
  }
}

async function show(examined: Examined, options: DoctorOptions, { ui }: Io): Promise<void> {
  const { renderDiagnosis } = await import('../ui/doctor-text.ts');
  ui.result(renderDiagnosis(examined, { style: ui.style, verbose: options.verbose }));
  if (options.verbose) {
    const { renderExchanges } = await import('../ui/doctor-exchanges.ts');
    ui.result(`\n${renderExchanges(examined.evidence.log, ui.style)}`);
  }
  if (wasBlind(examined)) {
    ui.warn(BLIND.message, BLIND.fix);
  }
}

/** Looks again and again until all is well; says something only when something has changed. */
async function watch(first: Examined, options: DoctorOptions, token: string | undefined, io: Io): Promise<Examined> {
  let examined = first;
  while (exitOf(examined, options) !== EXIT.done) {
    io.ui.info('Waiting for a change; Ctrl-C stops.');
    const before = examined.rootCauses.join();
    do {
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
      examined = await examine(options, token, io);
    } while (examined.rootCauses.join() === before && exitOf(examined, options) !== EXIT.done);
    await show(examined, options, io);
  }
  return examined;
}

async function writeFiles(examined: Examined, { report, junit, strict }: DoctorOptions, { ui }: Io): Promise<void> {
  if (report === undefined && junit === undefined) return;
  const { writeResultFile } = await import('../apply/result-file.ts');
  if (report !== undefined) {
    const { renderPage } = await import('../ui/doctor-html.ts');
    const { log, now } = examined.evidence;
    writeResultFile(report, renderPage({ diagnosis: examined, log, now, version: manifest.version }));
    ui.info(`Report written to ${report}`);
  }
  if (junit !== undefined) {
    const { renderJunit } = await import('../ui/doctor-junit.ts');
    writeResultFile(junit, renderJunit(examined, { strict }));
  }
}

/** Groups that say something without having seen anything. */
const BLIND_GROUPS = ['profile', 'env', 'client'];

/** Without one check that saw something, there is no diagnosis. */
const wasBlind = ({ checks, evidence: { atRest } }: Examined): boolean =>
  checks.every(
    ({ status, group, id }) =>
      status === 'skip' ||
      (id === 'net.reach' && atRest !== undefined) ||
      (BLIND_GROUPS.includes(group) && id !== 'env.load'),
  );

function exitOf(diagnosis: Examined, { strict }: DoctorOptions): ExitCode {
  const has = (status: string): boolean => diagnosis.checks.some((check) => check.status === status);
  return has('fail') || (strict && has('warn')) || wasBlind(diagnosis) ? EXIT.failed : EXIT.done;
}
