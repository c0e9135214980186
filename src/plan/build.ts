import type { ManualStep } from '../errors.ts';
import type { Packages, Server } from '../languages/types.ts';
import type { ProviderFindings } from '../providers/types.ts';
import type { Edit, Plan, ScopeMap, UnresolvedTool, Warning } from '../types.ts';
import { planAuthFiles } from './auth-files.ts';
import type { ScopeMapChange } from './scope-map.ts';

export interface PlanInput {
  server: Server;
  installer: Packages['installer'];
  provider: { name: string; account: Plan['provider']['account']; findings: ProviderFindings };
  scopes: ScopeMap;
  scopeChange: ScopeMapChange;
  authDir: string;
  written: Record<string, string>;
  read(path: string): string | undefined;
}

/** Decides everything that a run will change. The same input gives the same plan, and nothing is touched. */
export async function buildPlan(input: PlanInput): Promise<Plan> {
  const { server, provider, scopes, authDir, written } = input;
  const { detection } = server;
  const { spec } = provider.findings;
  const source = server.editSource({ authDir, resource: spec.resource, scopes });
  const generated = await planAuthFiles({
    files: server.render({ environment: spec.environment, scopes, source, written: Object.keys(written) }),
    scopes,
    change: input.scopeChange,
    authDir,
    written,
    read: input.read,
  });
  return {
    detection,
    provider: { name: provider.name, spec, account: provider.account },
    scopes,
    edits: [...source, ...generated.edits, ...(provider.findings.files ?? [])],
    remote: provider.findings.remote,
    dependencies: server.needs,
    installer: input.installer,
    env: provider.findings.env,
    manual: [...source.flatMap(stepsOf), ...(provider.findings.manual ?? [])],
    warnings: [
      ...detection.notes.map((message) => ({ message })),
      ...detection.unresolvedTools.map(unresolvedWarning),
      ...(detection.tools.length === 0 ? [NO_TOOLS] : []),
      ...provider.findings.warnings,
      ...generated.warnings,
    ],
  };
}

/** What an edit that was refused leaves to a person. */
export function stepsOf(edit: Edit): ManualStep[] {
  return edit.kind === 'skip' ? [{ what: edit.reason, snippet: edit.snippet }] : [];
}

/** The gate is closed to what it does not know, so a server without known tools answers no call at all. */
const NO_TOOLS: Warning = {
  message: 'No tool was found in the source, so the gate will refuse every tool call.',
  fix: 'Add the tools to TOOL_SCOPES in the scopes file.',
};

function unresolvedWarning(tool: UnresolvedTool): Warning {
  return {
    message: `${tool.file}:${tool.line} registers a tool whose name only the running program knows (${tool.expression}): ${tool.reason}`,
    fix: 'Until its name is in the scope map the gate refuses it; add it by hand, or with --tool-scope NAME=SCOPE.',
  };
}
