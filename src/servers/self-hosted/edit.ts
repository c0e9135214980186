import semver from 'semver';
import type { SourceFile } from 'ts-morph';
import type { Edit } from '../../types.ts';
import { FileEdits } from '../edits/file-edits.ts';
import { refusal } from '../edits/refusal.ts';
import { isWorker } from '../fetch-shared/facts.ts';
import type { CodeModel } from '../model.ts';
import { addMissingPaths } from '../node-shared/gate-call.ts';
import { nodeServer } from '../node-shared/node-server.ts';
import { ungatedElsewhere } from '../node-shared/other-hosts.ts';
import { derivedClass, unseenServers } from '../own-server/creations.ts';
import { gateOf, protectCreation } from '../own-server/protect.ts';
import { localNames } from '../syntax/imports.ts';
import { methodCall } from '../syntax/nodes.ts';
import type { EditInput, Match } from '../types.ts';
import { programOf } from '../ways/program.ts';
import { FRAMEWORKS, type Framework } from './frameworks.ts';
import { createdServers, handlersMade, type SelfHosted } from './servers.ts';

/** `protectMcp(server, ['/mcp'])` after the creation of every server of the program: nothing comes before. */
export function editSelfHosted(model: CodeModel, match: Match<SelfHosted[]>, input: EditInput): Edit[] {
  const framework = match.handle[0]?.framework ?? FRAMEWORKS[0]!;
  const why = `puts the gate before all that ${framework.id} serves of MCP`;
  const edits = new FileEdits(model, input.authDir, framework.id);
  const reason =
    obstacleIn(model, match, framework) ??
    match.handle.map((server) => protect(model, server, edits)).find((each) => each !== undefined);
  if (reason === undefined) return edits.result(why);
  const lines = [`import { protectMcp } from '<${input.authDir}>/${framework.id}.js';`, '', ...framework.snippet];
  return [refusal(match, why, reason, lines)];
}

function obstacleIn(
  model: CodeModel,
  { entry, handle }: Match<SelfHosted[]>,
  framework: Framework,
): string | undefined {
  const { id, oldest } = framework;
  const version = semver.coerce(model.snapshot.versionOf(id));
  if (version && semver.lt(version, oldest))
    return `${id} ${version.version} is older than ${oldest}: raise it first (npm install ${id}@latest)`;
  if (isWorker(model)) return `${id} on Cloudflare Workers has not been tried`;
  const derived = framework.creators.map((each) => derivedClass(model, each)).find((each) => each !== undefined);
  if (derived) return `${model.placeOf(derived)} derives a class from the server of ${id}`;
  const unseen = unseenServers(model, entry, framework.creators);
  if (unseen) return unseen;
  const isInProgram = programOf(model, entry);
  const sink = nodeServer(model).sinks.find(
    ({ node }) => isInProgram(node.getSourceFile()) && !hasOtherGate(node.getSourceFile(), framework),
  );
  if (sink) {
    const served = ungatedElsewhere(model, { entry, servers: handle, calls: [] });
    return served ?? `${model.placeOf(sink.node)} serves MCP as well, with a transport of its own`;
  }
  const created = createdServers(model, framework).filter(({ creation }) => isInProgram(creation.getSourceFile()));
  const unstarted = created.find(({ creation }) => !handle.some((own) => own.creation === creation));
  if (unstarted) return `${model.placeOf(unstarted.creation)} creates a server, and what starts it is not seen`;
  const calls = created.flatMap((each) => each.calls).filter((call) => methodCall(call)?.name !== framework.start);
  const [other] = [...calls, ...handlersMade(model, framework)].filter((each) => isInProgram(each.getSourceFile()));
  if (other)
    return `${model.placeOf(other)} serves MCP in a host of its own, which would have to answer the paths of the metadata`;
  return (
    handle.map(({ problem }) => problem).find((each) => each !== undefined) ??
    ungatedElsewhere(model, { entry, servers: handle, calls: [] })
  );
}

/** The gate of another host, or a check before the transport: whoever has put that there has thought of this way. */
function hasOtherGate(file: SourceFile, { id }: Framework): boolean {
  const isOther = (specifier: string): boolean => specifier.startsWith('.') && !specifier.includes(`/${id}`);
  const names = localNames(
    file,
    ({ imported, specifier }) => ['protectMcp', 'admitted'].includes(imported) && isOther(specifier),
  );
  return names.size > 0;
}

/** @returns why it cannot be done */
function protect(
  model: CodeModel,
  { framework, creator, creation, paths }: SelfHosted,
  edits: FileEdits,
): string | undefined {
  const existing = gateOf(model, framework.id, creator, creation);
  const routes = paths.map((text) => ({ text }));
  if (existing) return framework.takesPaths ? addMissingPaths(edits, existing, routes, nodeServer(model)) : undefined;
  const file = edits.of(creation.getSourceFile());
  protectCreation(edits, creation, framework.takesPaths ? `[${paths.map((path) => file.quote(path)).join(', ')}]` : '');
  return undefined;
}
