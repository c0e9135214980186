import { existsSync } from 'node:fs';
import { InvalidArgumentError, type Command } from 'commander';
import { isUrl, type DoctorOptions } from '../commands/doctor-options.ts';
import { CliError } from '../errors.ts';
import { isLoopback } from '../oauth/loopback.ts';
import { CLIENTS, clientNamed, type Client } from '../doctor/profiles/clients.ts';
import { nonEmpty } from './arguments.ts';
import type { Invocation } from './parse.ts';

const DEFAULT_SECONDS = 8;

/** Adds `add-auth doctor [target]` to the program. */
export function addDoctor(program: Command, choose: (invocation: Invocation) => void): void {
  program
    .command('doctor [target]')
    .description('say why a client cannot connect; target: a directory or the URL of an MCP endpoint')
    .option('--client <name>', `judge for one client: ${CLIENTS.join(', ')}`, asClient)
    .option('--token <jwt>', 'explain this token (- reads stdin, @file a file; or ADD_AUTH_TOKEN)', nonEmpty('--token'))
    .option('--login', 'log in as a client would, and use that token')
    .option('--register', 'try a registration and a login page with throw-away clients')
    .option('--fix', 'repair what is safe: shown, confirmed, applied, checked again')
    .option('--yes', 'do not ask before --fix')
    .option('--watch', 'check again until all is well')
    .option('--strict', 'warnings count as problems')
    .option('--verbose', 'show every check and the HTTP exchanges, secrets struck out')
    .option('--timeout <seconds>', `for each request (default: ${DEFAULT_SECONDS})`, asSeconds)
    .option('--report <file>', 'write a page to hand to a colleague (HTML)', nonEmpty('--report'))
    .option('--junit <file>', 'write the result for CI (JUnit XML)', nonEmpty('--junit'))
    .option('--json', 'one JSON document on stdout')
    .action((target: string | undefined, flags: Partial<DoctorOptions>, self: Command) => {
      const given = { ...flags, ...self.optsWithGlobals<Partial<DoctorOptions>>() };
      const is = (name: keyof DoctorOptions): boolean => given[name] === true;
      const options: DoctorOptions = {
        target: target ?? '.',
        client: given.client,
        token: given.token,
        report: given.report,
        junit: given.junit,
        timeout: given.timeout ?? DEFAULT_SECONDS * 1000,
        register: is('register'),
        login: is('login'),
        watch: is('watch'),
        fix: is('fix'),
        yes: is('yes'),
        strict: is('strict'),
        verbose: is('verbose'),
        json: is('json'),
      };
      checkTarget(options.target);
      const dir = isUrl(options.target) ? '.' : options.target;
      choose({
        command: 'doctor',
        options: { dir, json: options.json, yes: options.yes },
        execute: async (io) => (await import('../commands/doctor.ts')).doctor(options, io),
      });
    });
}

function checkTarget(target: string): void {
  if (!isUrl(target)) {
    checkDirectory(target);
    return;
  }
  if (URL.canParse(target) && /^https?:$/.test(new URL(target).protocol)) return;
  throw new CliError(
    'invalid-url',
    `${target} is no http(s) URL.`,
    'Give the URL of the MCP endpoint as clients type it: https://host/mcp',
  );
}

/** `localhost:3000` and `mcp.example.com/mcp` are addresses whose scheme was left out. */
function checkDirectory(target: string): void {
  if (existsSync(target) || target.startsWith('.') || target.startsWith('/')) return;
  const [host = '', ...path] = target.split('/');
  const { scheme, url } = addressOf(host);
  if (url === undefined) return;
  throw new CliError(
    'invalid-url',
    `There is no directory ${target}, and a URL begins with ${scheme}://`,
    `Run add-auth doctor ${scheme}://${host}/${path.join('/') || 'mcp'}`,
  );
}

/** A host with a port, or a name with dots in it. */
function addressOf(host: string): { scheme: string; url: URL | undefined } {
  const url = URL.canParse(`http://${host}`) ? new URL(`http://${host}`) : undefined;
  const isHere = url !== undefined && isLoopback(url.hostname);
  const isAddress = isHere || (url !== undefined && (host.includes(':') || host.includes('.')));
  return { scheme: isHere ? 'http' : 'https', url: isAddress ? url : undefined };
}

function asClient(name: string): Client {
  const client = clientNamed(name);
  if (client) return client;
  throw new CliError('invalid-option', `There is no client "${name}".`, `Known are ${CLIENTS.join(', ')}.`);
}

function asSeconds(value: string): number {
  const seconds = Number(value);
  if (Number.isFinite(seconds) && seconds > 0 && seconds <= 600) return Math.round(seconds * 1000);
  throw new InvalidArgumentError('It has to be a number of seconds.');
}
