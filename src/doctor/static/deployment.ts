import { posix } from 'node:path';
import type { Deployment } from './types.ts';

const RUN = [
  'dockerfile',
  'procfile',
  'fly.toml',
  'render.yaml',
  'railway.json',
  'railway.toml',
  'app.yaml',
  'vercel.json',
  'netlify.toml',
  'serverless.yml',
  'serverless.yaml',
  'wrangler.toml',
  'wrangler.json',
  'wrangler.jsonc',
];
const SCALED: Record<string, string> = {
  'vercel.json': 'vercel.json runs the server as functions',
  'netlify.toml': 'netlify.toml runs the server as functions',
  'serverless.yml': 'serverless.yml runs the server as functions',
  'serverless.yaml': 'serverless.yaml runs the server as functions',
};

/**
 * How the server is run, as far as files say so.
 * @param paths all files of the project
 * @param read text of one of them
 */
export function readDeployment(paths: readonly string[], read: (path: string) => string | undefined): Deployment {
  const files = paths.filter((path) => {
    const name = posix.basename(path).toLowerCase();
    const isCompose = name.startsWith('docker-compose') || name.startsWith('compose.');
    return RUN.includes(name) || name.startsWith('dockerfile.') || isCompose || isKubernetes(path);
  });
  const reasons = files.flatMap(
    (path) => SCALED[posix.basename(path).toLowerCase()] ?? several(path, read(path) ?? '') ?? [],
  );
  return { files, isScaled: reasons[0] };
}

const isKubernetes = (path: string): boolean =>
  ['k8s', 'kubernetes', 'deploy', 'manifests', 'helm', 'chart'].some((word) =>
    path.split('/').slice(0, -1).includes(word),
  ) &&
  (path.endsWith('.yaml') || path.endsWith('.yml'));

/** Settings that ask for more than one instance: `replicas: 3`, `--workers 4`, `WEB_CONCURRENCY=2`. */
function several(path: string, text: string): string | undefined {
  for (const line of text.split('\n')) {
    const plain = line.trim().toLowerCase();
    if (plain.startsWith('#')) continue;
    for (const word of [
      'replicas:',
      'min_machines_running =',
      'web_concurrency=',
      'web_concurrency:',
      '--workers',
      '-w ',
      'instances:',
    ]) {
      const at = plain.indexOf(word);
      const count = at < 0 ? Number.NaN : Number.parseInt(digits(plain.slice(at + word.length)), 10);
      if (count > 1) return `${path} asks for ${count} instances`;
    }
  }
  return undefined;
}

/** The number at the beginning, after what may stand around it: `", "4"`, `=4`, ` 4`. */
function digits(text: string): string {
  const start = [...text].findIndex((each) => ![' ', '"', "'", ',', '=', ':'].includes(each));
  return start < 0 ? '' : text.slice(start);
}
