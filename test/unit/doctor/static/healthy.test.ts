import { describe, expect, it } from 'vitest';
import * as python from './projects/python.ts';
import * as typescript from './projects/typescript.ts';
import { examineFiles, trouble } from './support/examine.ts';

describe.each([
  ['TypeScript', typescript],
  ['Python', python],
])('%s servers that others protected', (_, projects) => {
  it.each(Object.entries(projects))('%s: nothing to complain about', async (name, files) => {
    const diagnosis = await examineFiles(files);
    expect(trouble(diagnosis)).toEqual([]);
    const seen = diagnosis.checks.filter(({ id, status }) => id.startsWith('src.') && status === 'pass');
    expect(seen.length, name).toBeGreaterThan(2);
    expect(seen.every(({ detail }) => detail !== '')).toBe(true);
  });
});

describe('what looks like a fault and is none', () => {
  const PYTHON: Record<string, [from: string, to: string]> = {
    'a log line with the URL of the request': [
      'async def metadata():\n',
      'async def metadata(request: Request):\n    logger.info(f"Metadata for {request.url}")\n',
    ],
    'a dependency of FastAPI that raises its 401': [
      'app.mount(',
      `class Auth:
    async def verify_token(self, request: Request):
        try:
            return jwt.decode(token_of(request), KEY, algorithms=["RS256"], audience=RESOURCE, issuer=ISSUER)
        except jwt.PyJWTError:
            raise HTTPException(status_code=401, headers={"WWW-Authenticate": f'Bearer resource_metadata="{METADATA}"'})


app.mount(`,
    ],
    'a login with a password': [
      'app.mount(',
      `@app.post("/login")
async def login(password: str):
    raise HTTPException(status_code=401, detail="Wrong password")


app.mount(`,
    ],
  };
  it.each(Object.entries(PYTHON))('Python: %s', async (_, [from, to]) => {
    const text = python.OWN_MIDDLEWARE['main.py'] ?? '';
    expect(text).toContain(from);
    const files = { ...python.OWN_MIDDLEWARE, 'main.py': text.replace(from, () => to) };
    expect(trouble(await examineFiles(files))).toEqual([]);
  });

  const TYPESCRIPT: Record<string, [from: string, to: string]> = {
    'headers that are filled first': [
      '    res.writeHead(401, { \'WWW-Authenticate\': `Bearer resource_metadata="https://mcp.tasks.dev${METADATA_PATH}"` });',
      '    const headers = {};\n    if (METADATA_PATH) headers[\'WWW-Authenticate\'] = `Bearer resource_metadata="https://mcp.tasks.dev${METADATA_PATH}"`;\n    res.writeHead(401, headers);',
    ],
    'a log of what the header of a token says': [
      'createHttpServer(async (req, res) => {',
      "function logToken(req) {\n  const parts = (req.headers.authorization ?? '').split('.');\n  console.log(JSON.parse(atob(parts[0])));\n}\n\ncreateHttpServer(async (req, res) => {\n  logToken(req);",
    ],
  };
  it.each(Object.entries(TYPESCRIPT))('TypeScript: %s', async (_, [from, to]) => {
    const text = typescript.NODE_HTTP['src/server.js'] ?? '';
    expect(text).toContain(from);
    const files = { ...typescript.NODE_HTTP, 'src/server.js': text.replace(from, () => to) };
    expect(trouble(await examineFiles(files))).toEqual([]);
  });

  it('a repository of both languages, or of neither, is no reason to fall over', async () => {
    const both = { ...typescript.HONO, ...python.LOWLEVEL };
    expect(trouble(await examineFiles(both))).toEqual([]);
    const { checks } = await examineFiles({ 'README.md': '# Nothing\n', 'broken.py': 'from mcp import (\n' });
    expect(checks.filter(({ id }) => id.startsWith('src.')).map(({ status }) => status)).not.toContain('fail');
  });
});
