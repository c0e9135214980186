import type { AuthSpec, Dependency, ScopeMap } from '../types.ts';
import type { PythonStack } from '../servers/python/stack.ts';
import { pythonDict, pythonList } from './python-literals.ts';
import { listPythonTemplates, readPythonTemplate } from './templates.ts';

export { readPythonScopeMap } from './python-scope-map.ts';
export { updatePythonScopeMap } from './update-python-scope-map.ts';

export interface PythonPackageInput {
  stack: PythonStack;
  environment: AuthSpec['environment'];
  scopes: ScopeMap;
  /** The project shows pages in ChatGPT (OpenAI Apps SDK). */
  hasApps?: boolean;
}

const PACKAGE = 'mcp_auth';

/** The template of `config.py` that fits the provider. */
const CONFIG: Record<AuthSpec['environment'], string> = {
  standard: `${PACKAGE}/config.py`,
  auth0: 'config.auth0.py',
  supabase: 'config.supabase.py',
};

/**
 * The package `mcp_auth` as a project of this stack receives it, sorted by path. Paths are relative to the directory
 * that the package lies in. Pure but for reading the built templates.
 */
export function renderPythonPackage({ stack, environment, scopes, hasApps }: PythonPackageInput): {
  path: string;
  text: string;
}[] {
  const sources = new Map(listPythonTemplates(PACKAGE).map((name) => [name, `${PACKAGE}/${name}`]));
  sources.set('config.py', CONFIG[environment]);
  const variant = stack === 'fastapps' ? 'fastapps' : hasApps ? 'apps' : undefined;
  if (variant) {
    sources.set('__init__.py', `__init__.${variant}.py`);
    sources.set(`${variant}.py`, `${variant}.py`);
  }
  return [...sources]
    .map(([name, source]) => {
      const text = forStack(readPythonTemplate(source), stack);
      return { path: `${PACKAGE}/${name}`, text: name === 'scopes.py' ? fillScopes(text, scopes) : text };
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/**
 * What the package needs beside the framework. PyJWT comes with `mcp` from 1.20 only; FastApps names no upper bound for
 * fastmcp, and does not start on version 3.
 */
export function pythonDependencies(stack: PythonStack): Dependency[] {
  const jwt = { name: 'pyjwt[crypto]', range: '>=2.10' };
  return stack === 'fastapps' ? [{ name: 'fastmcp', range: '>=2.13,<3' }, jwt] : [jwt];
}

/** The next major version of what a stack is built on would not run its code. */
const NEXT_MAJOR: Record<PythonStack, Dependency[]> = {
  mcp1: [{ name: 'mcp', range: '<2' }],
  mcp2: [{ name: 'mcp', range: '<3' }],
  fastmcp2: [{ name: 'fastmcp', range: '<3' }],
  fastmcp3: [{ name: 'fastmcp', range: '<4' }],
  fastmcp4: [{ name: 'fastmcp', range: '<5' }],
  fastapps: [],
};

/** Bounds for packages that the project declares without one. */
export function pythonPins(stack: PythonStack): Dependency[] {
  return NEXT_MAJOR[stack];
}

const MCP_IMPORTS =
  /^(?:from mcp\.server\.auth\.\S+ import .*\n)*from mcp\.server\.auth\.provider import AccessToken\n/m;

/** fastmcp's own token has claims in all its versions, and its `get_access_token()` stumbles over the SDK's. */
function forStack(template: string, stack: PythonStack): string {
  if (stack === 'mcp1' || stack === 'mcp2') return template;
  return template.replace(MCP_IMPORTS, (imports) => {
    const others = imports.split('\n').filter((line) => !line.endsWith(' AccessToken'));
    return ['from fastmcp.server.auth import AccessToken', ...others].join('\n');
  });
}

function fillScopes(text: string, { toolScopes, publicTools, baseScopes }: ScopeMap): string {
  return [
    ['TOOL_SCOPES: dict[str, list[str]] = ', pythonDict(toolScopes)] as const,
    ['PUBLIC_TOOLS: list[str] = ', pythonList(publicTools, 'PUBLIC_TOOLS: list[str] = ')] as const,
    ['BASE_SCOPES: list[str] = ', pythonList(baseScopes, 'BASE_SCOPES: list[str] = ')] as const,
  ].reduce((filled, [lead, literal]) => withValue(filled, lead, literal), text);
}

/** Replaces the value of a constant in our own template, where an empty line ends it. */
function withValue(text: string, lead: string, literal: string): string {
  const start = text.indexOf(lead) + lead.length;
  const end = text.indexOf('\n\n', start);
  return text.slice(0, start) + literal + text.slice(end);
}
