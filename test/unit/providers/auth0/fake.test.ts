import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MANAGER_SCOPES } from '../../../fakes/auth0/scopes.ts';
import { startTenants, type Project } from './harness.ts';

/** What recorded traffic of the vendor shows (auth0/terraform-provider-auth0, test/data/recordings), said of the fake. */
let tenants: Awaited<ReturnType<typeof startTenants>>;
let project: Project;
beforeAll(async () => void (tenants = await startTenants()));
afterAll(() => tenants.close());
beforeEach(() => void (project = tenants.fresh()));

type Json = Record<string, unknown>;
const API = 'https://api.example.com/one';

async function send(
  method: string,
  path: string,
  body?: Json,
  scopes = MANAGER_SCOPES,
): Promise<{ status: number; body: Json }> {
  const response = await fetch(`https://${project.tenant.domain}/api/v2/${path}`, {
    method,
    headers: { authorization: `Bearer ${project.tenant.token(scopes)}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as Json) };
}
const create = (more: Json = {}): Promise<{ status: number; body: Json }> =>
  send('POST', 'resource-servers', { identifier: API, scopes: [{ value: 'read:data' }], ...more });

describe('the fake tenant', () => {
  it('finds an API by its percent-encoded identifier', async () => {
    await create();
    expect(await send('GET', `resource-servers/${encodeURIComponent(API)}`)).toMatchObject({
      status: 200,
      body: { identifier: API, allow_offline_access: false },
    });
    expect(await send('GET', 'resource-servers/other')).toMatchObject({
      status: 404,
      body: { errorCode: 'inexistent_resource_server' },
    });
  });

  it('replaces all scopes of an API', async () => {
    const { body } = await create();
    await send('PATCH', `resource-servers/${String(body['id'])}`, { scopes: [{ value: 'write:data' }] });
    expect(project.tenant.tenant.resourceServers[0]!.scopes).toEqual([{ value: 'write:data' }]);
  });

  it('has an identifier once', async () => {
    await create();
    expect(await create()).toMatchObject({ status: 409, body: { message: expect.stringContaining('already exists') } });
  });

  it('makes a default grant without subject_type one for machines, and answers 201', async () => {
    await create();
    const grant = { default_for: 'third_party_clients', audience: API, scope: ['read:data'] };
    expect(await send('POST', 'client-grants', grant)).toMatchObject({ status: 201, body: { subject_type: 'client' } });
    expect(await send('POST', 'client-grants', { ...grant, subject_type: 'user' })).toMatchObject({ status: 201 });
    expect(await send('POST', 'client-grants', grant)).toMatchObject({ status: 409 });
  });

  it('merges flags and takes none that are only read', async () => {
    await send('PATCH', 'tenants/settings', { flags: { enable_dynamic_client_registration: true } });
    expect(project.tenant.tenant.settings.flags).toMatchObject({
      enable_dynamic_client_registration: true,
      disable_impersonation: true,
    });
    expect(await send('PATCH', 'tenants/settings', { flags: { disable_impersonation: true } })).toMatchObject({
      status: 400,
      body: { errorCode: 'invalid_body' },
    });
  });

  it('allows each call to those with its scope only', async () => {
    expect(await send('PATCH', 'tenants/settings', { enable_ai_guide: true }, ['read:tenant_settings'])).toMatchObject({
      status: 403,
      body: { errorCode: 'insufficient_scope', message: expect.stringContaining('update:tenant_settings') },
    });
  });

  it.each<[string, string, Json]>([
    ['POST', 'clients', { name: '<b>', app_type: 'native' }],
    ['POST', 'clients', { name: 'x', callback: [] }],
    ['PATCH', 'connections/con_1', {}],
    ['POST', 'resource-servers', { identifier: API, signing_alg: 'ES256' }],
    ['GET', 'client-grants?limit=5', {}],
  ])('refuses what the vendor does not know: %s %s %j', async (method, path, body) => {
    expect((await send(method, path, method === 'GET' ? undefined : body)).status).toBe(400);
    expect(project.tenant.violations).toHaveLength(1);
  });
});
