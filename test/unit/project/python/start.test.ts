import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { pythonStartCommand } from '../../../../src/project/python/start.ts';
import type { PythonManager, PythonSnapshot } from '../../../../src/project/index.ts';
import type { Detection, Transport } from '../../../../src/types.ts';

beforeEach(() => vi.stubEnv('VIRTUAL_ENV', ''));
afterEach(() => vi.unstubAllEnvs());

interface Case {
  manager?: PythonManager['name'];
  interpreter?: string;
  framework?: string;
  transports?: Transport[];
  port?: number;
}

const MAIN = 'if __name__ == "__main__":\n    mcp.run(transport="streamable-http")\n';

/** The command for the first of these files. */
function start(files: Record<string, string>, options: Case = {}): string {
  const [entry = ''] = Object.keys(files);
  const { manager = 'pip', interpreter, framework = 'python-sdk', transports = ['streamable-http'], port } = options;
  const snapshot: PythonSnapshot = {
    kind: 'python',
    root: '/project',
    git: { inside: false, isDirty: () => false },
    files: Object.entries(files).map(([path, text]) => ({ path, text })),
    versionOf: () => undefined,
    manager: {
      name: manager,
      root: '/project',
      hasInstalled: true,
      ...(interpreter === undefined ? {} : { interpreter }),
    },
  };
  const detection: Detection = {
    language: 'python',
    framework,
    package: { name: 'mcp', version: '1.12.0' },
    transports,
    entry,
    endpoint: '/mcp',
    paths: ['/mcp'],
    ...(port === undefined ? {} : { port }),
    tools: [],
    unresolvedTools: [],
    auth: 'none',
    module: { format: 'esm', importExtension: '' },
    notes: [],
  };
  return pythonStartCommand(snapshot, detection).start;
}

describe('a server that starts itself', () => {
  it.each([
    ['uv', 'uv run server.py'],
    ['poetry', 'poetry run python server.py'],
    ['pdm', 'pdm run python server.py'],
    ['pipenv', 'pipenv run python server.py'],
    ['pip', 'python server.py'],
  ] as const)('with %s: %s', (manager, expected) => {
    expect(start({ 'server.py': MAIN }, { manager })).toBe(expected);
    expect(start({ 'server.py': 'import asyncio\nasyncio.run(main())\n' }, { manager })).toBe(expected);
  });

  it('carries its dependencies itself', () => {
    expect(start({ 'server.py': `# /// script\n# dependencies = ["mcp"]\n# ///\n${MAIN}` })).toBe('uv run server.py');
  });

  it('is run by the Python of its environment, unless that is active', () => {
    const options = { interpreter: '/project/.venv/bin/python' };
    expect(start({ 'server.py': MAIN }, options)).toBe('.venv/bin/python server.py');
    vi.stubEnv('VIRTUAL_ENV', '/project/.venv');
    expect(start({ 'server.py': MAIN }, options)).toBe('python server.py');
  });

  it('is started as a module where it imports its package', () => {
    const relative = { 'src/tasks/server.py': `from .tools import x\n${MAIN}`, 'src/tasks/__init__.py': '' };
    expect(start(relative)).toBe('python -m tasks.server');
    expect(start({ 'app/main.py': `from app.config import x\n${MAIN}` })).toBe('python -m app.main');
    expect(start({ 'tasks/__main__.py': 'from tasks.server import main\nmain()\n', 'tasks/__init__.py': '' })).toBe(
      'python -m tasks',
    );
    expect(start({ 'src/server.py': `from tools import x\n${MAIN}`, 'src/tools.py': '' })).toBe('python src/server.py');
  });

  it('is told to use HTTP where the command line chooses', () => {
    const transports: Transport[] = ['streamable-http', 'stdio'];
    const choice = (names: string): string => `parser.add_argument("--transport", choices=[${names}])\n${MAIN}`;
    expect(start({ 'server.py': choice('"stdio", "streamable-http"') }, { transports })).toBe(
      'python server.py --transport streamable-http',
    );
    expect(start({ 'server.py': choice('"stdio", "http"').replace('streamable-http', 'x') }, { transports })).toBe(
      'python server.py --transport http',
    );
    expect(start({ 'server.py': `if '--http' in sys.argv: ...\n${MAIN}` }, { transports })).toBe(
      'python server.py --http',
    );
    expect(start({ 'server.py': choice('"stdio"') })).toBe('python server.py');
  });
});

describe('a server that something else starts', () => {
  const scripts = {
    'pyproject.toml':
      '[project]\nname = "tasks"\n[project.scripts]\nother = "other:main"\ntasks-mcp = "tasks.server:main"\n',
  };

  it('is a script of its project', () => {
    const files = { 'src/tasks/server.py': 'def main(): ...\n', 'src/tasks/__init__.py': '', ...scripts };
    expect(start(files, { manager: 'uv' })).toBe('uv run tasks-mcp');
    expect(start(files, { manager: 'poetry' })).toBe('poetry run tasks-mcp');
    expect(start(files)).toBe('tasks-mcp');
  });

  it('is what the only script of its package comes to', () => {
    const files = {
      'src/tasks/http/app.py': 'def main(): ...\n',
      'src/tasks/__init__.py': '',
      'src/tasks/http/__init__.py': '',
      ...scripts,
    };
    expect(start(files, { manager: 'uv' })).toBe('uv run tasks-mcp');
  });

  it('is an application for uvicorn', () => {
    expect(start({ 'server.py': 'app = FastAPI(lifespan=x)\n' })).toBe('uvicorn server:app');
    expect(start({ 'main.py': 'api = mcp.streamable_http_app()\n' }, { manager: 'uv', port: 9000 })).toBe(
      'uv run uvicorn main:api --port 9000',
    );
    expect(start({ 'app/main.py': 'from app.x import y\napp: Starlette = Starlette()\n' })).toBe(
      'uvicorn app.main:app',
    );
    expect(start({ 'src/server.py': 'import tools\napp = Starlette(\n' })).toBe('uvicorn server:app --app-dir src');
    expect(start({ 'src/pkg/server.py': 'app = Starlette()\n', 'src/pkg/__init__.py': '' })).toBe(
      'uvicorn pkg.server:app --app-dir src',
    );
  });

  it('is an object for the command line of its framework', () => {
    expect(start({ 'server.py': 'mcp = FastMCP("x")\n' })).toBe('mcp run server.py --transport streamable-http');
    expect(start({ 'server.py': 'tasks = FastMCP("x")\n' }, { framework: 'fastmcp', manager: 'uv', port: 9000 })).toBe(
      'uv run fastmcp run server.py:tasks --transport http --port 9000',
    );
    expect(
      start({ 'server.py': 'mcp = FastMCP("x")\n' }, { interpreter: '/project/venv/bin/python', framework: 'fastmcp' }),
    ).toBe('venv/bin/fastmcp run server.py --transport http');
  });

  it('is the module that FastApps makes', () => {
    const files = {
      'server/main.py': `server = WidgetMCPServer()\napp = server.get_app()\n${MAIN}`,
      'server/__init__.py': '',
    };
    expect(start(files, { framework: 'fastapps', manager: 'uv', port: 8001 })).toBe('uv run python -m server.main');
  });
});
