import semver from 'semver';
import type { Code } from '../ts/code.ts';
import { namesAny, saysAny } from '../ts/values.ts';
import { checkVersions } from './check.ts';

/** Versions of the packages of a `package.json`. */
export function checkNpmVersions(code: Code): void {
  const { manifest, packageManager } = code.snapshot;
  const line = (name: string): number =>
    Math.max(1, manifest.text.split('\n').findIndex((each) => each.includes(`"${name}"`)) + 1);
  code.report.saw(
    'src.versions',
    'The versions of the MCP packages were compared with what the source needs and with known holes.',
  );
  checkVersions(code.report, {
    ecosystem: 'npm',
    versionOf: (name) => certainVersion(code, name),
    placeOf: (name) => ({ file: manifest.path, line: line(name) }),
    uses: (name) => (name.includes('/') ? saysAny(code.files, [name]) : namesAny(code.files, [name])),
    raise: (name, to) =>
      `${{ npm: 'npm install', pnpm: 'pnpm add', yarn: 'yarn add', bun: 'bun add', deno: 'deno add' }[packageManager.name]} ${name}@^${to}`,
  });
}

/** Without lock file and installation a range says only what is allowed: the next install takes the newest of it. */
function certainVersion({ snapshot }: Code, name: string): string | undefined {
  const range = snapshot.manifest.allDependencies[name];
  const version = snapshot.versionOf(name);
  if (version === undefined || range === undefined) return version;
  const least = semver.validRange(range) === null ? null : semver.minVersion(range);
  const isGuess =
    snapshot.packageManager.lockFile === undefined && least?.version === version && semver.valid(range) === null;
  return isGuess ? undefined : version;
}
