import { ts } from 'ts-morph';
import { CliError } from '../errors.ts';

/** Authentication that a server has already. */
export interface AuthEvidence {
  /** What the server does, one line for people with file and line: `uses … (server.ts:3)`. */
  what: string;
  /** The same file and line. */
  place?: string;
  /** A credential is read, but no request is ever refused: it seems to be meant for somebody behind the server. */
  isHandedOn?: boolean;
}

/** A second gate on top of somebody's own would break their clients: that is theirs to decide. */
export function alreadyProtected({ what, place = '', isHandedOn }: AuthEvidence): CliError {
  if (isHandedOn !== true) {
    return new CliError(
      'already-protected',
      `This server authenticates its clients already: it ${what}.`,
      'Nothing was changed. Take that out first if add-auth is to replace it.',
    );
  }
  return new CliError(
    'already-protected',
    `This server ${what} and refuses none of them, so it seems to hand that credential on; behind a login the header holds the login token, which must go no further (MCP authorization, Token Passthrough).`,
    `Nothing was changed. At ${place} take the credential for what lies behind from the environment or from a header of its own, then run add-auth again.`,
    {
      manual: [
        {
          what: 'For example, in place of the header that is read now',
          snippet: "process.env.UPSTREAM_TOKEN ?? req.headers['x-upstream-token']",
        },
      ],
    },
  );
}

/** The statuses that refuse a caller (RFC 9110 §15.5.2, §15.5.4). */
const REFUSALS = ['401', '403'];

/**
 * Does code that can run answer anybody with 401 or 403? A status that is compared with something is one that another
 * server has answered with.
 */
export function refusesRequests(file: ts.SourceFile, isReached: (node: ts.Node) => boolean): boolean {
  const visit = (node: ts.Node): boolean =>
    (isRefusal(node) && isReached(node)) || ts.forEachChild(node, (child) => visit(child) || undefined) === true;
  return visit(file);
}

function isRefusal(node: ts.Node): boolean {
  if (!ts.isNumericLiteral(node) || !REFUSALS.includes(node.text)) return false;
  return !ts.isCaseClause(node.parent) && !isComparison(node.parent);
}

function isComparison(node: ts.Node): boolean {
  return ts.isBinaryExpression(node) && node.operatorToken.kind !== ts.SyntaxKind.EqualsToken;
}
