import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Rolldown } from 'tsdown';

/** Bundler plugin: writes the licences of every bundled package to THIRD-PARTY-NOTICES.txt, as most of them ask for. `others` are in it without modules. */
export function thirdPartyNotices(others: readonly string[] = []): Rolldown.Plugin {
  return {
    name: 'third-party-notices',
    generateBundle(_, bundle) {
      const modules = Object.values(bundle).flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : []));
      const bundled = modules.map(packageRoot).filter((root) => root !== undefined);
      const roots = new Set([...bundled, ...others.map((name) => path.resolve('node_modules', name))]);
      const notices = new Map([...roots].map(notice));
      const source = [...notices.keys()].sort().map((name) => notices.get(name));
      this.emitFile({ type: 'asset', fileName: 'THIRD-PARTY-NOTICES.txt', source: source.join('\n') });
    },
  };
}

/** Directory of the package that a module belongs to, when it is one from node_modules. */
function packageRoot(module: string): string | undefined {
  const marker = '/node_modules/';
  const at = module.lastIndexOf(marker);
  if (at < 0) return undefined;
  const [first = '', second = ''] = module.slice(at + marker.length).split('/');
  const name = first.startsWith('@') ? `${first}/${second}` : first;
  const root = path.join(module.slice(module.startsWith('\0') ? 1 : 0, at), 'node_modules', name);
  return existsSync(path.join(root, 'package.json')) ? root : undefined;
}

function notice(root: string): [title: string, text: string] {
  const manifest = readFileSync(path.join(root, 'package.json'), 'utf8');
  const { name, version, license } = JSON.parse(manifest) as { name: string; version: string; license?: string };
  const files = readdirSync(root).filter((file) => /^(licen[cs]e|notice|thirdpartynotice)/i.test(file));
  const texts = files.map((file) => readFileSync(path.join(root, file), 'utf8').trim());
  const title = `${name} ${version} (${license ?? 'see below'})`;
  return [title, [title, '', ...texts, '', '-'.repeat(78), ''].join('\n')];
}
