import { shown } from '../report.ts';
import { allCalls, around, place, reach, says, names, type Call, type PyCode } from './module.ts';
import { below, type Node } from './parser.ts';
import { speaksOAuth } from './verify.ts';

const ID = 'src.challenge';
const RESPONSES = ['HTTPException', 'JSONResponse', 'Response', 'PlainTextResponse'];

/** Every 401 to a request with a bad or no token carries `WWW-Authenticate` with `resource_metadata` (RFC 9728 §5.1). */
export function checkChallenge(code: PyCode): void {
  const level = speaksOAuth(code) ? 'fail' : 'warn';
  for (const call of allCalls(code)) {
    if (!RESPONSES.includes(call.last) || !is401(call)) continue;
    const fn = around(call.node, 'function_definition');
    if (!fn || !isAboutTokens(fn)) continue;
    const at = place(call.file, call.node);
    code.report.saw(ID, `The 401 of ${at.file}:${at.line} was read.`);
    const hasHeader = says(call.node, ['www-authenticate']) || sendsElsewhere(code, call, fn);
    if (hasHeader && namesMetadata(code, call, fn)) continue;
    code.report[level](
      ID,
      at,
      hasHeader
        ? `The challenge of ${shown(call.node.text)} names no resource_metadata, so clients do not find the authorization server.`
        : `${shown(call.node.text)} sends no WWW-Authenticate header, so clients do not learn that they can log in.`,
      `+ headers={"WWW-Authenticate": f'Bearer resource_metadata="{METADATA_URL}"'}   # METADATA_URL = https://HOST/.well-known/oauth-protected-resource/mcp`,
    );
  }
}

function is401({ args, kwargs, last }: Call): boolean {
  const status = kwargs.get('status_code') ?? (last === 'HTTPException' ? args[0] : args[1]);
  return status?.text === '401' || status?.text.endsWith('HTTP_401_UNAUTHORIZED') === true;
}

/** A login with a password answers 401 too, and has no need of a challenge. */
function isAboutTokens(fn: Node): boolean {
  const name = fn.childForFieldName('name')?.text.toLowerCase() ?? '';
  if (name.includes('login') || says(fn, ['password'])) return false;
  return (
    says(fn, ['authorization', 'bearer', 'www-authenticate']) ||
    ['verify_token', 'authenticate', 'require_auth', 'get_current_user'].includes(name) ||
    names(fn, ['HTTPAuthorizationCredentials', 'credentials'])
  );
}

/** The header may come from a variable or helper. */
function sendsElsewhere(code: PyCode, call: Call, fn: Node): boolean {
  const headers = call.kwargs.get('headers');
  if (!headers || headers.type === 'dictionary') return false;
  return (
    says(fn, ['www-authenticate']) ||
    reach(code, call.file, fn).some(({ node }) => says(node, ['www-authenticate'])) ||
    says(call.file.root, ['www-authenticate'])
  );
}

function namesMetadata(code: PyCode, call: Call, fn: Node): boolean {
  const wanted = ['resource_metadata'];
  if (says(call.node, wanted)) return true;
  const headers = call.kwargs.get('headers');
  const isWritten =
    headers?.type === 'dictionary' && below(headers).every(({ type }) => type !== 'call' && type !== 'identifier');
  return (
    !isWritten &&
    (says(fn, wanted) ||
      reach(code, call.file, fn).some(({ node }) => says(node, wanted)) ||
      (headers?.type !== 'dictionary' && says(call.file.root, wanted)))
  );
}
