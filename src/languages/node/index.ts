import path from 'node:path/posix';
import { installStep } from '../../apply/install.ts';
import { proofByTypes } from '../../apply/prove-types.ts';
import { addDependencies } from '../../edit/manifest.ts';
import { renderAuthCode, type Host } from '../../generate/index.ts';
import type { ProjectSnapshot } from '../../project/snapshot.ts';
import { withScopesAnnounced } from '../../servers/apps-sdk/announce.ts';
import { detect, type Detected } from '../../servers/detect.ts';
import { detectWithHttp, onTop } from '../../servers/stdio/index.ts';
import type { Edit } from '../../types.ts';
import type { Packages, Project, RenderInput, Server } from '../types.ts';
import { newAuthFolder } from './auth-folder.ts';
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
    canAddHttp: true,
    detect: async ({ addHttp, ...options }) => {
      if (addHttp !== true) return serverOf(detect(snapshot, options), snapshot);
      const withHttp = detectWithHttp(snapshot, options);
      return serverOf(withHttp.detected, withHttp.snapshot, withHttp.edits);
    },
    importsLeftBehind: async (changes) => importsLeftBehind(snapshot, changes),
    proof: () => proofByTypes(snapshot.root),
  };
}

/** @param before changes that the server was detected with, not yet on disk */
function serverOf(
  { detection, adapter, model, match }: Detected,
  snapshot: ProjectSnapshot,
  before: readonly Edit[] = [],
): Server {
  return {
    detection,
    needs: neededDependencies(detection, snapshot),
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

const MANIFEST = 'package.json';

function nodePackages({ root, packageManager: manager, versionOf }: ProjectSnapshot): Packages {
  return {
    installer: { name: manager.name, isFirst: manager.hasInstalled === false },
    versionOf,
    declare: ({ needs }, read) => {
      const { text, added, tooOld } = addDependencies(read(MANIFEST) ?? '', needs);
      return {
        files: added.length > 0 ? [{ path: MANIFEST, text }] : [],
        added,
        unlisted: [],
        unfit: tooOld.map((each) => ({ path: MANIFEST, ...each })),
        manual: [],
      };
    },
    install: () => ({ step: installStep(root, manager), command: `${manager.name} install` }),
  };
}
