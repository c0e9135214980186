import type { ProjectSnapshot } from '../project/snapshot.ts';
import type { ProviderFindings } from '../providers/types.ts';
import type { CodeModel } from '../servers/model.ts';
import type { Match, ServerAdapter } from '../servers/types.ts';
import type { Detection, Plan, ScopeMap, UnresolvedTool, Warning } from '../types.ts';
import { planAuthFiles } from './auth-files.ts';
import { leavesOutNodeTypes, neededDependencies } from './dependencies.ts';
import type { ScopeMapChange } from './scope-map.ts';

export interface PlanInput {
  snapshot: ProjectSnapshot;
  model: CodeModel;
  adapter: ServerAdapter;
  match: Match;
  detection: Detection;
  provider: { name: string; account: Plan['provider']['account']; findings: ProviderFindings };
  scopes: ScopeMap;
  scopeChange: ScopeMapChange;
  authDir: string;
  written: Record<string, string>;
  read(path: string): string | undefined;
}

/** Decides everything that a run will change. Pure: the same input gives the same plan, and nothing is touched. */
export function buildPlan(input: PlanInput): Plan {
  const { detection, provider, scopes, authDir } = input;
  const { spec } = provider.findings;
  const { packageManager: manager } = input.snapshot;
  const source = input.adapter.edit(input.model, input.match, { authDir, resource: spec.resource, scopes });
  const generated = planAuthFiles({
    detection,
    environment: spec.environment,
    scopes,
    change: input.scopeChange,
    authDir,
    asksForNodeTypes: leavesOutNodeTypes(input.snapshot),
    imports: source.flatMap((edit) => (edit.kind === 'modify' ? (edit.imports ?? []) : [])),
    written: input.written,
    read: input.read,
  });
  return {
    detection,
    provider: { name: provider.name, spec, account: provider.account },
    scopes,
    edits: [...source, ...generated.edits, ...(provider.findings.files ?? [])],
    remote: provider.findings.remote,
    dependencies: neededDependencies(detection, input.snapshot),
    installer: { name: manager.name, isFirst: manager.hasInstalled === false },
    env: provider.findings.env,
    manual: [
      ...source.flatMap((edit) => (edit.kind === 'skip' ? [{ what: edit.reason, snippet: edit.snippet }] : [])),
      ...(provider.findings.manual ?? []),
    ],
    warnings: [
      ...detection.notes.map((message) => ({ message })),
      ...detection.unresolvedTools.map(unresolvedWarning),
      ...(detection.tools.length === 0 ? [NO_TOOLS] : []),
      ...provider.findings.warnings,
      ...generated.warnings,
    ],
  };
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
