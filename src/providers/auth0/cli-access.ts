import type { Access } from './access.ts';
import { patient } from '../patient.ts';

/** The CLI does the requests itself, so that its token never comes near this program. */
const SOURCE = 'the login of the auth0 CLI';

/**
 * A logged-in `auth0` CLI as a way to the API.
 * @returns undefined when it is not installed, or not logged in to this tenant
 */
export async function cliAccess(domain: string, onWait: (seconds: number) => void): Promise<Access | undefined> {
  const send = throughCli(domain);
  const probe = await send(`https://${domain}/api/v2/tenants/settings`).catch(() => undefined);
  // Without a login the CLI says so, and that is no answer of the API.
  return probe === undefined || probe.status === 401 ? undefined : { source: SOURCE, fetch: patient(send, onWait) };
}

/** `fetch` by `auth0 api METHOD PATH`: bodies go through stdin, and only paths through the arguments. */
function throughCli(domain: string): typeof fetch {
  return async (input, init = {}) => {
    const { execa } = await import('execa');
    const url = new URL(input instanceof Request ? input.url : input);
    const method = (init.method ?? 'GET').toLowerCase();
    const path = url.pathname.slice('/api/v2/'.length) + url.search;
    const args = ['api', method, path, '--tenant', domain, '--no-input', ...(method === 'delete' ? ['--force'] : [])];
    const result = await execa('auth0', args, {
      reject: false,
      timeout: 60_000,
      env: { AUTH0_AGENT_MODE: 'false', NO_COLOR: '1' },
      ...(typeof init.body === 'string' && method !== 'get' ? { input: init.body } : { stdin: 'ignore' }),
    });
    if (result.exitCode === 0) return new Response(String(result.stdout) || null, { status: 200 });
    if (result.exitCode === undefined) throw new Error('the auth0 CLI cannot be run', { cause: result });
    return failure(`${String(result.stderr)}\n${String(result.stdout)}`);
  };
}

/** The CLI tells of a refusal in words, with the API's own answer in the middle. */
function failure(said: string): Response {
  const lacking = /lacks scope: ([\w:]+)/.exec(said)?.[1];
  if (lacking !== undefined) {
    const message = `Insufficient scope, expected any of: ${lacking}`;
    return Response.json({ statusCode: 403, errorCode: 'insufficient_scope', message }, { status: 403 });
  }
  const body = embeddedJson(said);
  const status = Number(body?.['statusCode']);
  if (body && status >= 400 && status < 600) return Response.json(body, { status });
  throw new Error('the auth0 CLI failed: is it logged in to this tenant? (auth0 login)');
}

function embeddedJson(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1)) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
