import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

/**
 * Bundler plugin: writes the licences of every bundled package to THIRD-PARTY-NOTICES.txt, as most of them ask for.
 * @returns {import('rolldown').Plugin}
 */
export function thirdPartyNotices() {
  return {
    name: 'third-party-notices',
    generateBundle(_, bundle) {
      const modules = Object.values(bundle).flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : []));
      const roots = [...new Set(modules.map(packageRoot).filter((root) => root !== undefined))];
      const notices = new Map(roots.map((root) => notice(root)).sort(([a], [b]) => (a < b ? -1 : 1)));
      this.emitFile({ type: 'asset', fileName: 'THIRD-PARTY-NOTICES.txt', source: [...notices.values()].join('\n') });
    },
  };
}

/** Directory of the package that a module belongs to, when it is one from node_modules. */
function packageRoot(module) {
  const at = module.lastIndexOf('/node_modules/');
  if (at < 0) return undefined;
  const [scopeOrName, name] = module.slice(at + '/node_modules/'.length).split('/');
  const inside = scopeOrName.startsWith('@') ? `${scopeOrName}/${name}` : scopeOrName;
  const root = path.join(module.slice(module.startsWith('\0') ? 1 : 0, at), 'node_modules', inside);
  return existsSync(path.join(root, 'package.json')) ? root : undefined;
}

function notice(root) {
  const { name, version, license } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const files = readdirSync(root).filter((file) => /^(licen[cs]e|notice|thirdpartynotice)/i.test(file));
  const texts = files.map((file) => readFileSync(path.join(root, file), 'utf8').trim());
  return [
    `${name}@${version}`,
    [`${name} ${version} (${license ?? 'see below'})`, '', ...texts, '', '-'.repeat(78), ''].join('\n'),
  ];
}
