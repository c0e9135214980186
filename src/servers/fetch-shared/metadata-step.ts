import type { Edit } from '../../types.ts';
import type { FileEdits } from '../edits/file-edits.ts';

/** Where a module's URL comes from its host, only a person can say where the metadata goes. */
export function metadataStep(entry: string, edits: FileEdits): Edit {
  const snippet = [
    '// the module that your host serves at /.well-known/oauth-protected-resource and everything below it:',
    `export { metadata as GET, metadata as HEAD, metadata as OPTIONS } from '${edits.specifierFrom(entry)}';`,
    '',
    '// on Vercel: save it as api/oauth-protected-resource.ts, and in vercel.json',
    '// "rewrites": [{ "source": "/.well-known/oauth-protected-resource/:path*", "destination": "/api/oauth-protected-resource" }]',
  ].join('\n');
  const reason =
    'Clients look for /.well-known/oauth-protected-resource at the root of the host: give the metadata a route there.';
  return {
    kind: 'skip',
    path: entry,
    why: 'serves the metadata that clients start from',
    reason,
    snippet,
    stands: true,
  };
}
