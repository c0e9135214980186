import semver from 'semver';
import { authDependencies, runsOnWorkers } from '../../generate/index.ts';
import type { ProjectSnapshot } from '../../project/snapshot.ts';
import type { Dependency, Detection } from '../../types.ts';

/** Any of these declares `process` and `node:http`, which the generated code uses. */
const NODE_TYPES = ['@types/node', '@types/bun', 'bun-types'];

/** What the generated code needs, whether or not the project has it already. */
export function neededDependencies(
  { language, framework, module }: Pick<Detection, 'language' | 'framework' | 'module'>,
  snapshot: Pick<ProjectSnapshot, 'versionOf'>,
): Dependency[] {
  const isTypeScript = language === 'typescript';
  const needed = authDependencies({ language: isTypeScript ? 'typescript' : 'javascript', module });
  const hasTypes = NODE_TYPES.some((name) => snapshot.versionOf(name) !== undefined);
  const isNode = !runsOnWorkers(framework);
  return isTypeScript && isNode && !hasTypes ? [...needed, { name: '@types/node', range: '^20', dev: true }] : needed;
}

/**
 * Do the compiler's settings leave the types of Node.js out? `types` names what is loaded; TypeScript 6 loads nothing
 * without it.
 */
export function leavesOutNodeTypes({ tsconfig, versionOf }: Pick<ProjectSnapshot, 'tsconfig' | 'versionOf'>): boolean {
  const types = tsconfig?.compilerOptions['types'];
  if (!Array.isArray(types)) return tsconfig !== undefined && (semver.coerce(versionOf('typescript'))?.major ?? 5) >= 6;
  return !['*', 'node', 'bun', 'bun-types'].some((name) => types.includes(name));
}
