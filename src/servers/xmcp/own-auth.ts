import { CliError } from '../../errors.ts';
import type { AuthEvidence } from '../auth-refusal.ts';
import type { CodeModel } from '../model.ts';
import { xmcpConfig } from './config.ts';

/** A project for which xmcp itself does the login. */
export function xmcpAuth(model: CodeModel): AuthEvidence | undefined {
  const own = xmcpConfig(model)?.oauth;
  if (!own) return undefined;
  const place = model.placeOf(own);
  return { what: `gives xmcp the option experimental.oauth (${place})`, place };
}

/** Why a project that xmcp compiles is left alone; `undefined` when there is no `xmcp.config.ts` that can be read. */
export function xmcpRefusal(model: CodeModel): CliError | undefined {
  const config = xmcpConfig(model);
  if (!config) return undefined;
  if (config.adapter) {
    return new CliError(
      'unsupported-shape',
      `At ${model.placeOf(config.adapter)} xmcp hands its tools to another framework, or may do so, and there its middleware does not run. Nothing was changed.`,
      'Take experimental.adapter out, so that xmcp serves the tools itself, then run add-auth again.',
    );
  }
  return new CliError(
    'stdio-only',
    'This server speaks stdio only: it is started by the client on the same machine, where OAuth does not apply.',
    'Set http: true in xmcp.config.ts first, then run add-auth again.',
  );
}
