import path from 'node:path/posix';
import { pythonInstallStep } from '../../apply/install-python.ts';
import { proofByPython } from '../../apply/prove-python.ts';
import { declarePythonDependencies } from '../../edit/python-dependencies.ts';
import { CliError } from '../../errors.ts';
import { pythonDependencies, pythonPins, renderPythonPackage } from '../../generate/python.ts';
import { entryIn } from '../../project/entry.ts';
import type { PythonSnapshot } from '../../project/python/snapshot.ts';
import { pythonStartCommand } from '../../project/python/start.ts';
import { detectPython, editPython, type PythonDetected } from '../../servers/python/index.ts';
import type { Packages, Project, Server } from '../types.ts';
import { importsLeftBehind } from './left-imports.ts';

/** The name that generated code is imported by. */
const PACKAGE = 'mcp_auth';

/** A Python project. */
export function pythonProject(snapshot: PythonSnapshot): Project {
  return {
    root: snapshot.root,
    ...(snapshot.subdir === undefined ? {} : { subdir: snapshot.subdir }),
    git: snapshot.git,
    name: snapshot.name,
    packages: pythonPackages(snapshot),
    canAddHttp: false,
    detect: async ({ entry, isProtected }) => {
      const isFile = (file: string): boolean => snapshot.files.some((each) => each.path === file);
      const named = entry === undefined ? {} : { entry: entryIn(snapshot, entry, isFile) };
      return serverOf(await detectPython(snapshot, { isProtected, ...named }), snapshot);
    },
    importsLeftBehind: (changes) => importsLeftBehind(snapshot.files, changes),
    proof: () => proofByPython(snapshot.root, snapshot.manager.interpreter),
  };
}

function serverOf(detected: PythonDetected, snapshot: PythonSnapshot): Server {
  const { detection, stack, hasApps } = detected;
  const folder = path.join(path.dirname(detection.entry), PACKAGE);
  return {
    detection,
    needs: pythonDependencies(stack),
    pins: pythonPins(stack),
    newAuthFolder: (isTaken) => {
      if (isTaken(folder) || isTaken(`${folder}.py`)) throw taken(folder);
      return folder;
    },
    editSource: ({ resource, scopes }) => editPython(detected, { resource, scopes }),
    startCommand: () => pythonStartCommand(snapshot, detection),
    render: ({ environment, scopes }) =>
      renderPythonPackage({ stack, environment, scopes, hasApps }).map(({ path: file, text }) => ({
        name: path.basename(file),
        content: text,
      })),
  };
}

function taken(folder: string): CliError {
  return new CliError(
    'unsupported-shape',
    `${folder} exists already, and the generated code would be imported by that name.`,
    `Rename it, then run add-auth again.`,
  );
}

function pythonPackages(snapshot: PythonSnapshot): Packages {
  const { manager, root, versionOf } = snapshot;
  return {
    installer: { name: manager.name, isFirst: false },
    versionOf: (name) => versionOf(name.replace(/\[.*/, '')),
    declare: ({ needs, pins, detection }, read) => {
      const { edits, tooOld, ...rest } = declarePythonDependencies({
        manager,
        needed: needs,
        pins,
        entry: detection.entry,
        read,
        versionOf,
      });
      return {
        files: edits.map(({ path: file, after }) => ({ path: file, text: after })),
        ...rest,
        unfit: tooOld.map((each) => ({ path: manager.manifest ?? root, ...each })),
      };
    },
    install: (added) => {
      const installation = pythonInstallStep(root, manager, added);
      return 'advice' in installation
        ? { command: installation.advice }
        : { step: installation, command: installation.command };
    },
  };
}
