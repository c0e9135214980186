import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { newTenant, usedTenant, type TenantState } from '../../../fakes/auth0/state.ts';
import type { Fault } from '../../../fakes/auth0/api.ts';
import { MANAGER_SCOPES } from '../../../fakes/auth0/scopes.ts';
import { comparable, hurry, RESOURCE, startTenants, type Project } from './harness.ts';

let tenants: Awaited<ReturnType<typeof startTenants>>;
let waits: number[];
beforeAll(async () => void (tenants = await startTenants()));
afterAll(() => tenants.close());
beforeEach(() => void (waits = hurry()));
afterEach(() => vi.unstubAllGlobals());

/** Four reads of a look, and six writes. */
const EVERY_CALL = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
const EVERY_WRITE = EVERY_CALL.slice(4);
/** Whether the answer or the request is lost matters for writes; reads are simply repeated. */
const FAILURES = [
  ...EVERY_CALL.flatMap((at): Fault[] => [
    { at, kind: 'drop' },
    { at, kind: '500' },
  ]),
  ...EVERY_WRITE.flatMap((at): Fault[] => [
    { at, kind: 'drop-after' },
    { at, kind: '409' },
    { at, kind: '403' },
  ]),
];

/** How a tenant looks without the ids and secrets that differ from run to run. */
function shape({ resourceServers, grants, clients, connections, settings }: TenantState): unknown {
  return {
    apis: resourceServers.map(({ id: _, ...api }) => api),
    grants: grants.map(({ id: _, client_id: client, ...grant }) => ({ ...grant, isForClient: client !== undefined })),
    clients: clients.map(({ client_id: _, client_secret: __, ...client }) => client),
    connections: connections.map(({ id: _, ...connection }) => connection),
    settings,
  };
}

const attempt = (project: Project): Promise<unknown> => project.run().catch((error: unknown) => error);

describe('a failure', () => {
  let expected: unknown;
  beforeAll(async () => {
    const clean = tenants.fresh();
    await clean.run();
    expected = shape(structuredClone(clean.tenant.tenant));
  });

  it.each(FAILURES)('$kind at call $at: a second run finishes, with nothing made twice', async (fault) => {
    const project = tenants.fresh();
    const before = comparable(project.tenant.tenant);
    hurry();
    project.tenant.faults.push(fault);
    const error = await attempt(project);
    expect(error instanceof Error).toBe(EVERY_WRITE.includes(fault.at));
    if (error instanceof Error) {
      expect(error).toMatchObject({ code: 'provider-refused' });
      expect(error.message).toMatch(/\.$/);
      await project.run();
    }
    expect(shape(project.tenant.tenant)).toEqual(expected);
    expect(project.env['AUTH0_CLIENT_SECRET']).toBe(project.tenant.tenant.clients[0]!['client_secret']);
    // Nothing of what the broken run made is forgotten.
    await project.takeBack();
    expect(comparable(project.tenant.tenant)).toEqual(before);
  });
});

describe('a rate limit', () => {
  it.each([1, 4, 5, 8, 10])('at call %i is waited for, and the person is told', async (at) => {
    const project = tenants.fresh();
    hurry();
    project.tenant.faults.push({ at, kind: '429' });
    await project.run();
    expect(project.said.join()).toMatch(/Auth0 asks to wait [\d.]+ s/);
    expect(project.tenant.tenant.grants).toHaveLength(2);
  });

  it('that does not end is given up', async () => {
    const project = tenants.fresh();
    waits = hurry();
    project.tenant.faults.push(...[5, 6, 7, 8, 9, 10].map((at): Fault => ({ at, kind: '429' })));
    await expect(project.run()).rejects.toMatchObject({
      code: 'provider-refused',
      message: expect.stringContaining('rate limit'),
      fix: expect.stringContaining('Run the same command again'),
    });
    expect(project.said).toHaveLength(4);
    // Longer each time, whatever the clocks say.
    expect(waits).toEqual([...waits].sort((one, other) => one - other));
  });

  it('of a few requests a second is kept', async () => {
    vi.unstubAllGlobals();
    const project = tenants.fresh();
    project.tenant.perSecond = 4;
    await project.run();
    expect(project.tenant.tenant.grants).toHaveLength(2);
  });
});

describe('a refusal', () => {
  it('for want of scopes comes before the first write and names all of them', async () => {
    const project = tenants.fresh();
    const scopes = MANAGER_SCOPES.filter(
      (scope) => !/^(create|update):(clients|connections|tenant_settings)$/.test(scope),
    );
    vi.stubEnv('AUTH0_API_TOKEN', project.tenant.token(scopes));
    await expect(project.run()).rejects.toMatchObject({
      code: 'provider-refused',
      message:
        'Nothing was changed at Auth0: AUTH0_API_TOKEN lacks the scopes update:connections update:tenant_settings create:clients.',
    });
    expect(project.tenant.recorded.every(({ method }) => method === 'GET')).toBe(true);
  });

  it('for want of scopes to read names those to write as well', async () => {
    const project = tenants.fresh();
    vi.stubEnv('AUTH0_API_TOKEN', project.tenant.token(['read:tenant_settings']));
    await expect(project.look()).rejects.toMatchObject({
      message: expect.stringMatching(/read:resource_servers .*create:client_grants .*update:tenant_settings/),
    });
  });

  it('still lets a token that may only read show the plan, with a word on what it lacks', async () => {
    const project = tenants.fresh();
    vi.stubEnv('AUTH0_API_TOKEN', project.tenant.token(MANAGER_SCOPES.filter((scope) => scope.startsWith('read:'))));
    const { remote, warnings } = await project.look();
    expect(remote.length).toBeGreaterThan(4);
    expect(warnings.map(({ message }) => message).join()).toContain('lacks the scopes create:resource_servers');
  });

  it('in the middle, to a token that does not say what it may, names the scope', async () => {
    const project = tenants.fresh();
    const scopes = MANAGER_SCOPES.filter((scope) => scope !== 'update:connections');
    vi.stubEnv('AUTH0_API_TOKEN', project.tenant.token(scopes, { opaque: true }));
    await expect(project.run()).rejects.toMatchObject({
      code: 'provider-refused',
      message: expect.stringContaining('it lacks update:connections'),
      fix: 'Get a token with update:connections, then run the same command again.',
    });
    vi.stubEnv('AUTH0_API_TOKEN', project.tenant.token(MANAGER_SCOPES, { opaque: true }));
    await project.run();
    expect(project.tenant.tenant.grants).toHaveLength(2);
  });

  it('by the plan says so', async () => {
    const project = tenants.fresh();
    project.tenant.faults.push({ at: 5, kind: '403' });
    await expect(project.run()).rejects.toMatchObject({
      message: expect.stringMatching(
        /^The plan of localhost:\d+ does not let add-auth create the API .*reached the limit/,
      ),
    });
  });

  it('never shows the token, even if the answer echoes it', async () => {
    const project = tenants.fresh();
    const token = process.env['AUTH0_API_TOKEN']!;
    const send = fetch;
    vi.stubGlobal('fetch', (...call: Parameters<typeof fetch>) =>
      call[1]?.method === 'POST'
        ? Promise.resolve(Response.json({ statusCode: 400, message: `bad token ${token}` }, { status: 400 }))
        : send(...call),
    );
    const error = (await attempt(project)) as Error & { cause: unknown };
    expect(error.message).toContain('bad token …');
    expect(`${error.message} ${String(error.cause)} ${error.stack}`).not.toContain(token);
  });
});

describe('an API that was made a moment ago by somebody else', () => {
  it('is taken as it is, with what it lacks added', async () => {
    const project = tenants.fresh(newTenant());
    const send = fetch;
    const theirs = usedTenant(RESOURCE).resourceServers[1]!;
    vi.stubGlobal('fetch', (...call: Parameters<typeof fetch>) => {
      const { tenant } = project.tenant;
      if (call[1]?.method === 'POST' && tenant.resourceServers.length === 0) tenant.resourceServers.push(theirs);
      return send(...call);
    });
    await project.run();
    expect(project.tenant.tenant.resourceServers).toEqual([
      expect.objectContaining({ name: 'Ours, made by hand', token_lifetime: 7777 }),
    ]);
    expect(theirs.scopes!.map(({ value }) => value)).toEqual(['foreign:scope', 'read:tasks', 'write:tasks']);
  });
});
