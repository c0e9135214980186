import { findAuth, isAddAuth } from '../../../servers/auth-evidence.ts';
import { startedFiles } from '../../../servers/entry-points.ts';
import { checkNpmVersions } from '../versions/npm.ts';
import { checkCors, checkHostGuard, checkProxyTrust } from './addresses.ts';
import { checkChallenge } from './challenge.ts';
import { checkClaims } from './claims.ts';
import { createCode, type Code } from './code.ts';
import { collectReads } from './env-reads.ts';
import { checkMetadata } from './metadata.ts';
import { checkOrder } from './order.ts';
import { checkScopes } from './scopes.ts';
import { checkSecrets } from './secrets.ts';
import { checkSessions } from './sessions.ts';
import { checkVerifierResult } from './verifier-result.ts';
import { namesAny } from './values.ts';

const RULES = [
  checkOrder,
  checkMetadata,
  checkChallenge,
  checkClaims,
  checkVerifierResult,
  checkScopes,
  checkProxyTrust,
  checkHostGuard,
  checkCors,
  checkSessions,
  checkSecrets,
  checkNpmVersions,
  collectReads,
];

/** Reads a TypeScript or JavaScript project; what is found goes into the report. */
export function inspectTypeScript(given: Parameters<typeof createCode>[0], isSetUp: boolean): void {
  const code = createCode(given);
  checkGateThere(code, isSetUp);
  for (const rule of RULES) rule(code);
}

/** A server that add-auth protected, or that speaks HTTP, and asks nobody for a token. */
function checkGateThere(code: Code, isSetUp: boolean): void {
  const isOurs = isAddAuth(code.program.model);
  if (isOurs) code.report.saw('src.middleware-order', 'protectMcp stands before the MCP routes.');
  if (isSetUp && !isOurs) {
    const [entry = code.snapshot.manifest.path] = startedFiles(code.snapshot);
    code.report.fail(
      'src.middleware-order',
      { file: entry, line: 1 },
      'add-auth was run here, and nothing in the source calls protectMcp any more: the server asks nobody for a token.',
      'Run add-auth again.',
    );
    return;
  }
  const isRemote = namesAny(code.files, [
    'StreamableHTTPServerTransport',
    'WebStandardStreamableHTTPServerTransport',
    'StreamableHTTPTransport',
    'SSEServerTransport',
    'createMcpHandler',
  ]);
  const started = startedFiles(code.snapshot);
  if (
    !isRemote ||
    isOurs ||
    findAuth(code.program.model, started.length > 0 ? started : [...code.snapshot.files.keys()])
  )
    return;
  const [file = ''] = started.length > 0 ? started : code.snapshot.files.keys();
  code.report.hasNoGate = true;
  code.report.fail(
    'src.middleware-order',
    { file, line: 1 },
    'Nothing in the source asks for a token: everybody who reaches the server may call every tool.',
    'Run npx add-auth in this directory; add --dry-run to see first what it would change.',
  );
}
