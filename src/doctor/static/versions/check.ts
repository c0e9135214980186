import semver from 'semver';
import type { Place, Report } from '../report.ts';
import { ADVISORIES, REQUIREMENTS, type Advisory } from './advisories.ts';

export interface Versions {
  ecosystem: Advisory['ecosystem'];
  /** The version that runs, when it is known for sure. */
  versionOf(name: string): string | undefined;
  /** Where it is written. */
  placeOf(name: string): Place;
  /** Is a name used anywhere in the source? */
  uses(name: string): boolean;
  /** The command that raises a package. */
  raise(name: string, to: string): string;
}

/** Packages that are too old for what the source does with them, and those with known holes. */
export function checkVersions(report: Report, versions: Versions): void {
  for (const { ecosystem, package: name, since, what, uses } of REQUIREMENTS) {
    const version = ecosystem === versions.ecosystem ? known(versions, name) : undefined;
    if (!version || !semver.lt(version, since) || !uses.some((each) => versions.uses(each))) continue;
    report.fail(
      'src.versions',
      versions.placeOf(name),
      `${name} ${version.version} is too old: ${what} came with ${since}.`,
      versions.raise(name, since),
    );
    return;
  }
  const isProtected =
    report.looked['src.verifier-claims'] !== undefined || report.looked['src.challenge'] !== undefined;
  for (const { id, ecosystem, package: name, affected, fixed, what, source, date, uses, open } of ADVISORIES) {
    if (open && isProtected) continue;
    const version = ecosystem === versions.ecosystem ? known(versions, name) : undefined;
    if (!version || !semver.satisfies(version, affected, { includePrerelease: true })) continue;
    if (uses && !uses.some((each) => versions.uses(each))) continue;
    report.warn(
      'src.versions',
      versions.placeOf(name),
      `${name} ${version.version} has a known hole: ${what} (${id}, ${date}, ${source}).`,
      versions.raise(name, fixed),
    );
  }
}

function known(versions: Versions, name: string): semver.SemVer | undefined {
  const text = versions.versionOf(name);
  const version = text === undefined ? null : semver.coerce(text);
  return version ?? undefined;
}
