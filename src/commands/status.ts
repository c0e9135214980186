import path from 'node:path';
import { hashOf, isUnfinished, readState, type AuthRecord } from '../apply/index.ts';
import { envValue } from '../edit/env.ts';
import { EXIT } from '../errors.ts';
import { readScopeMap } from '../generate/index.ts';
import { authFolderOf } from '../plan/auth-folder.ts';
import { isScopeMap, scopeMapFileOf } from '../plan/auth-files.ts';
import { unmappedTools } from '../plan/scope-map.ts';
import { readProject } from '../project/index.ts';
import { createReader, type ProjectReader } from '../project/read.ts';
import { standardEnv } from '../providers/standard.ts';
import { detect } from '../servers/detect.ts';
import type { ScopeMap, Tool } from '../types.ts';
import type { CommandResult, Io, StatusOptions } from './options.ts';
import { projectRoot } from './project-root.ts';

/** One thing that is not as add-auth left it. */
export interface Drift {
  /** `run`: the last one was not finished. */
  what: 'file' | 'env' | 'scopes' | 'run';
  subject: string;
  message: string;
  fix: string;
}

/** Says what is configured and what has drifted since. Reads only; exit 1 when something has drifted. */
export async function status(options: StatusOptions, { ui }: Io): Promise<CommandResult> {
  const root = await projectRoot(options.dir);
  const { auth } = readState(root);
  const unfinished = runDrift(root);
  if (!auth) {
    if (unfinished.length === 0) ui.result('Not configured: add-auth has not been run here.');
    for (const { message, fix } of unfinished) ui.warn(message, fix);
    const exit = unfinished.length === 0 ? EXIT.done : EXIT.failed;
    return { exit, json: { configured: false, drift: unfinished } };
  }
  const { tools } = detect(await readProject(root), { isProtected: true }).detection;
  const drift = [...unfinished, ...findDrift(auth, tools, createReader(root))];
  ui.result(describe(auth));
  for (const { message, fix } of drift) ui.warn(message, fix);
  if (drift.length === 0) ui.success('Nothing has drifted: code, .env and state agree.');
  const { provider, issuer, resource, audience, scopes, toolScopes, publicTools, version } = auth;
  return {
    exit: drift.length === 0 ? EXIT.done : EXIT.failed,
    json: {
      configured: true,
      provider: { name: provider, issuer, audience, resource },
      scopes,
      toolScopes,
      publicTools,
      version,
      drift,
    },
  };
}

/** Compares the record of the last run with code, `.env` and generated files. Pure but for the reader. */
function findDrift(auth: AuthRecord, tools: Tool[], reader: ProjectReader): Drift[] {
  return [...fileDrift(auth, reader), ...envDrift(auth, reader), ...scopeDrift(auth, tools, reader)];
}

function runDrift(root: string): Drift[] {
  if (!isUnfinished(root)) return [];
  const message = 'A run of add-auth is at work in this project, or was killed in the middle.';
  const fix = 'Run add-auth again, or add-auth remove: both put the project back first.';
  return [{ what: 'run', subject: '.mcp-builder/add-auth/journal.json', message, fix }];
}

function fileDrift(auth: AuthRecord, reader: ProjectReader): Drift[] {
  const folder = authFolderOf(auth.files)?.dir;
  return Object.entries(auth.files).flatMap(([file, hash]): Drift[] => {
    const isGenerated = folder !== undefined && path.posix.dirname(file) === folder;
    if (!isGenerated || isScopeMap(path.posix.basename(file))) return [];
    const bytes = reader.bytes(file);
    if (bytes === null) {
      return [{ what: 'file', subject: file, message: `${file} is missing.`, fix: 'Run add-auth again to write it.' }];
    }
    if (hashOf(bytes) === hash) return [];
    const message = `${file} was edited since add-auth wrote it.`;
    return [
      { what: 'file', subject: file, message, fix: 'Fine if you meant to; add-auth leaves it alone from now on.' },
    ];
  });
}

/** What the server reads for every provider must have the value we gave it; what a provider adds must be there. */
function envDrift(auth: AuthRecord, reader: ProjectReader): Drift[] {
  const { issuer = '', audience, resource } = auth;
  const text = reader.text('.env') ?? '';
  const values = new Map(standardEnv({ issuer, audience, resource }).map(({ name, value }) => [name, value]));
  const names = new Set([...(auth.provider === 'auth0' ? [] : values.keys()), ...auth.env]);
  const fix = 'Run add-auth again, with the option that says which is right.';
  return [...names].flatMap((name): Drift[] => {
    const present = envValue(text, name);
    const value = values.get(name);
    if (present === undefined) return [{ what: 'env', subject: name, message: `.env does not set ${name}.`, fix }];
    if (value === undefined || present === value) return [];
    return [{ what: 'env', subject: name, message: `.env sets ${name} to ${present}, the state says ${value}.`, fix }];
  });
}

function scopeDrift(auth: AuthRecord, tools: Tool[], reader: ProjectReader): Drift[] {
  const file = scopeMapFileOf(auth.files);
  const text = file === undefined ? undefined : reader.text(file);
  const map: ScopeMap | undefined = text === undefined ? undefined : readScopeMap(text);
  if (!map || file === undefined) return [];
  const names = new Set(tools.map(({ name }) => name));
  return [
    ...unmappedTools(tools, map).map((name): Drift => ({
      what: 'scopes',
      subject: name,
      message: `${name} is not in ${file}, so nobody may call it.`,
      fix: 'Run add-auth again to add it.',
    })),
    ...Object.keys(map.toolScopes)
      .filter((name) => !names.has(name))
      .map((name): Drift => ({
        what: 'scopes',
        subject: name,
        message: `${file} names ${name}, which the server does not register any more.`,
        fix: `Take ${name} out of ${file}.`,
      })),
  ];
}

function describe({ provider, issuer, resource, audience, toolScopes, publicTools }: AuthRecord): string {
  const width = Math.max(...Object.keys(toolScopes).map((name) => name.length), ...publicTools.map((n) => n.length), 0);
  return [
    `Provider   ${provider}, issuer ${issuer ?? ''}`,
    `Resource   ${resource}`,
    ...(audience === resource ? [] : [`Audience   ${audience}`]),
    'Scopes',
    ...Object.entries(toolScopes).map(([name, scopes]) => `  ${name.padEnd(width)}  ${scopes.join(' ')}`),
    ...publicTools.map((name) => `  ${name.padEnd(width)}  public`),
  ].join('\n');
}
