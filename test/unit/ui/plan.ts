import type { Plan } from '../../../src/types.ts';

/** A plan for the tasks server, as `add-auth --provider local` makes it. */
export function examplePlan(change: Partial<Plan> = {}): Plan {
  return {
    detection: {
      language: 'typescript',
      framework: 'express',
      package: { name: '@modelcontextprotocol/sdk', version: '1.32.2' },
      transports: ['streamable-http'],
      entry: 'src/server.ts',
      endpoint: '/mcp',
      paths: ['/mcp'],
      port: 3000,
      tools: [
        { name: 'search-tasks', file: 'src/server.ts', line: 12, annotations: { readOnlyHint: true } },
        { name: 'ping', file: 'src/server.ts', line: 20 },
      ],
      unresolvedTools: [],
      auth: 'none',
      module: { format: 'esm', importExtension: '.js' },
      notes: [],
    },
    provider: {
      name: 'local',
      spec: {
        issuer: 'http://localhost:9400',
        resource: 'http://localhost:3000/mcp',
        audience: 'http://localhost:3000/mcp',
        environment: 'standard',
      },
      account: {},
    },
    scopes: { toolScopes: { 'search-tasks': ['read:tasks'] }, publicTools: ['ping'], baseScopes: ['read:tasks'] },
    edits: [
      {
        kind: 'modify',
        path: 'src/server.ts',
        before: 'a;\nb;\n',
        after: 'a;\nprotect();\nb;\n',
        why: 'hangs in the gate',
      },
      { kind: 'create', path: 'src/auth/gate.ts', before: null, after: 'gate;\n', why: 'the decision on each request' },
    ],
    remote: [{ id: 'local.none', resource: 'x', verb: 'keep', summary: 'nothing', want: {}, reversible: true }],
    dependencies: [{ name: 'jose', range: '^6' }],
    env: [
      { name: 'MCP_RESOURCE_URL', value: 'http://localhost:3000/mcp' },
      { name: 'CLIENT_SECRET', value: 'hush', secret: true },
    ],
    manual: [],
    warnings: [],
    ...change,
  };
}
