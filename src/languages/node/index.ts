import path from 'node:path/posix';
import { installStep } from '../../apply/install.ts';
import { proofByDeno } from '../../apply/prove-deno.ts';
import { proofByTypes } from '../../apply/prove-types.ts';
import { addDependencies } from '../../edit/manifest.ts';
import { renderAuthCode, type Host } from '../../generate/index.ts';
import { isOnPath } from '../../platform/on-path.ts';
import { isDeno } from '../../project/deno.ts';
import type { ProjectSnapshot } from '../../project/snapshot.ts';
import { withScopesAnnounced } from '../../servers/apps-sdk/announce.ts';
import { detect, type Detected } from '../../servers/detect.ts';
import { onTop } from '../../servers/edits/overlay.ts';
import { detectWithHttp } from '../../servers/stdio/index.ts';
import type { Edit } from '../../types.ts';
import type { Packages, Project, RenderInput, Server } from '../types.ts';
import { newAuthFolder } from './auth-folder.ts';
import { denoImports, noHttpBeside, onDeno, refuseDenoInside } from './deno.ts';
import { leavesOutNodeTypes, neededDependencies } from './dependencies.ts';
import { importsLeftBehind } from './left-imports.ts';
import { startCommand } from './start-command.ts';

/** A TypeScript or JavaScript project. */
export function nodeProject(snapshot: ProjectSnapshot): Project {
  return {
    root: snapshot.root,
    ...(snapshot.subdir === undefined ? {} : { subdir: snapshot.subdir }),
    git: snapshot.git,
    name: snapshot.manifest.name?.split('/').at(-1),
    packages: nodePackages(snapshot),
    canAddHttp: !isDeno(snapshot),
    detect: async ({ addHttp, ...options }) => {
      if (addHttp !== true) {
        const detected = detect(snapshot, options);
        if (!isDeno(snapshot)) refuseDenoInside(snapshot, detected.detection);
        return serverOf(detected, snapshot);
      }
      if (isDeno(snapshot)) noHttpBeside();
      const withHttp = detectWithHttp(snapshot, options);
      return serverOf(withHttp.detected, withHttp.snapshot, withHttp.edits);
    },
    importsLeftBehind: async (changes) => importsLeftBehind(snapshot, changes),
    proof: () => (isDeno(snapshot) && isOnPath('deno') ? proofByDeno(snapshot.root) : proofByTypes(snapshot.root)),
  };
}

/** @param before changes that the server was detected with, not yet on disk */
function serverOf(
  { detection: detected, adapter, model, match }: Detected,
  snapshot: ProjectSnapshot,
  before: readonly Edit[] = [],
): Server {
  const detection = isDeno(snapshot) ? onDeno(snapshot, detected) : detected;
  return {
    detection,
    needs: isDeno(snapshot) ? denoImports(detection, snapshot) : neededDependencies(detection, snapshot),
    pins: [],
    newAuthFolder: (isTaken) => newAuthFolder(detection.entry, isTaken),
    editSource: (input) => {
      const edits = adapter.edit(model, match, input);
      return onTop(before, withScopesAnnounced(edits, model.snapshot, { entry: match.entry, authDir: input.authDir }));
    },
    startCommand: () => startCommand(snapshot, detection),
    render: ({ environment, scopes, source, written }) =>
      renderAuthCode({
        host: detection.framework as Host,
        language: detection.language === 'typescript' ? 'typescript' : 'javascript',
        module: detection.module,
        environment,
        scopes,
        asksForNodeTypes: leavesOutNodeTypes(snapshot),
        isDeno: isDeno(snapshot),
        modules: extraModules({ source, written }),
      }),
  };
}

/** Modules that some servers need and others do not. */
const EXTRA = ['admitted', 'announce', 'node-function'];

/** Modules that changes of the source import beside the host's own, in this run or in an earlier one. */
function extraModules({ source, written }: Pick<RenderInput, 'source' | 'written'>): string[] {
  const now = source.flatMap((edit) => (edit.kind === 'modify' ? (edit.imports ?? []) : []));
  const before = written.map((file) => path.basename(file).split('.')[0]);
  return [...now, ...EXTRA.filter((name) => before.includes(name))];
}

function nodePackages(snapshot: ProjectSnapshot): Packages {
  const { root, packageManager: manager, versionOf } = snapshot;
  const { path: file } = snapshot.manifest;
  return {
    installer: { name: manager.name, isFirst: manager.hasInstalled === false },
    versionOf,
    declare: ({ needs }, read) => {
      const { text, added, tooOld } = addDependencies(
        read(file) ?? '',
        needs,
        isDeno(snapshot) ? 'imports' : undefined,
      );
      return {
        files: added.length > 0 ? [{ path: file, text }] : [],
        added,
        unlisted: [],
        unfit: tooOld.map((each) => ({ path: file, ...each })),
        manual: [],
      };
    },
    install: () => ({
      // Deno fetches what is missing when it starts a program, and need not be here.
      ...(!(isDeno(snapshot) && !isOnPath('deno')) && { step: installStep(root, manager) }),
      command: `${manager.name} install`,
    }),
  };
}
