import { readFileSync } from 'node:fs';
import { isUrl } from '../cli/doctor.ts';
import { diagnose } from '../doctor/diagnose.ts';
import type { Evidence } from '../doctor/evidence.ts';
import type { GatherInput } from '../doctor/gather/index.ts';
import type { Diagnosis, Target } from '../doctor/types.ts';
import { CliError, EXIT, type ExitCode } from '../errors.ts';
import type { DoctorOptions } from './doctor-options.ts';
import type { CommandResult, Io } from './options.ts';
import { projectRoot } from './project-root.ts';

/** Says why a client cannot connect. Exit 1 when something is wrong, or when nothing could be looked at. */
export async function doctor(options: DoctorOptions, io: Io): Promise<CommandResult> {
  const diagnosis = await examine(options);
  await show(diagnosis, options, io);
  return { exit: exitOf(diagnosis, options), json: jsonOf(diagnosis) };
}

type Examined = Diagnosis & { evidence: Evidence };

async function examine(options: DoctorOptions): Promise<Examined> {
  return diagnose({ ...(await aim(options)), ...settingsOf(options) });
}

function settingsOf(options: DoctorOptions): Pick<GatherInput, 'token' | 'client' | 'register' | 'timeout'> {
  const { client, register, timeout } = options;
  return { token: readToken(options.token), client, register, timeout };
}

/** What is looked at: a URL as it is, or a directory with the URL that its record or `.env` name. */
async function aim({ target }: DoctorOptions): Promise<{ target: Target } & Pick<GatherInput, 'url' | 'project'>> {
  if (isUrl(target)) return { target: { kind: 'url', value: target }, url: target };
  const { gatherProject } = await import('../doctor/static/gather-project.ts');
  const project = await gatherProject(await projectRoot(target));
  const url = project.record?.resource;
  return {
    target: { kind: 'project', value: target },
    project,
    ...(url !== undefined && URL.canParse(url) && { url }),
  };
}

/** `-` is stdin, `@file` a file, and `ADD_AUTH_TOKEN` stands in when nothing is given. */
function readToken(given: string | undefined, environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const value = given ?? environment['ADD_AUTH_TOKEN'];
  if (value === undefined || value.trim() === '') return undefined;
  const source = value === '-' ? 0 : value.startsWith('@') ? value.slice(1) : undefined;
  const text = source === undefined ? value : readSource(source);
  const token = text.trim().replace(/^Bearer\s+/i, '');
  if (token !== '') return token;
  throw new CliError(
    'invalid-option',
    '--token was given nothing to read.',
    'Pipe the token in, or give it as the value.',
  );
}

function readSource(source: 0 | string): string {
  try {
    return readFileSync(source, 'utf8');
  } catch (cause) {
    const where = source === 0 ? 'stdin' : source;
    throw new CliError(
      'invalid-option',
      `The token cannot be read from ${where}.`,
      'Give a file that can be read, or pipe the token in.',
      { cause },
    );
  }
}

async function show(diagnosis: Examined, options: DoctorOptions, { ui }: Io): Promise<void> {
  const { renderDiagnosis } = await import('../ui/doctor-text.ts');
  ui.result(renderDiagnosis(diagnosis, { style: ui.style, verbose: options.verbose }));
  if (wasBlind(diagnosis)) {
    ui.warn(
      'Nothing could be looked at: add-auth was not run here, and no server is known.',
      'Run add-auth doctor URL with the URL of the MCP endpoint, or add-auth in the directory of the server.',
    );
  }
}

/** Without one check that saw something, there is no diagnosis. */
const wasBlind = ({ checks }: Diagnosis): boolean =>
  checks.every(({ status, group }) => status === 'skip' || group === 'profile' || group === 'env');

function exitOf(diagnosis: Diagnosis, { strict }: DoctorOptions): ExitCode {
  const has = (status: string): boolean => diagnosis.checks.some((check) => check.status === status);
  return has('fail') || (strict && has('warn')) || wasBlind(diagnosis) ? EXIT.failed : EXIT.done;
}

function jsonOf({ target, checks, rootCauses }: Diagnosis): object {
  return { target, checks, rootCauses };
}
