import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Edit } from '../../../../src/types.ts';
import { startFakeSupabase, type FakeSupabase } from '../../../fakes/supabase/index.ts';
import { PUBLISHABLE_KEY, SERVICE_ROLE_KEY } from '../../../fakes/supabase/state.ts';
import { makeProject } from '../../apply/project.ts';
import { filesOf, forgetFake, oneRun, useFake } from './support.ts';

let fake: FakeSupabase;
beforeEach(async () => {
  fake = await startFakeSupabase({ asymmetric: true });
  useFake(fake);
});
afterEach(async () => {
  forgetFake();
  await fake.close();
});

async function pageFor(
  files: Record<string, string>,
  root = makeProject(),
): Promise<{ page?: Edit; manual: string[] }> {
  const { findings } = await oneRun(fake, root, filesOf(files));
  const [page] = findings.files ?? [];
  return { ...(page && { page }), manual: (findings.manual ?? []).map(({ what, snippet }) => `${what}\n${snippet}`) };
}
const NEXT = {
  'package.json': JSON.stringify({ dependencies: { next: '^16', '@supabase/supabase-js': '^2.119.0' } }),
  'tsconfig.json': '{}',
  'app/layout.tsx': '',
};

describe('the consent page', () => {
  it.each([
    ['app/oauth/consent/page.tsx', 'await supabase.auth.oauth.getAuthorizationDetails(id)'],
    ['web/Consent.vue', 'auth.oauth.approveAuthorization(id)'],
    ['consent.html', 'fetch(`${url}/auth/v1/oauth/authorizations/${id}`)'],
  ])('is found where the project has one: %s', async (file, text) => {
    expect(await pageFor({ [file]: text })).toEqual({ manual: [] });
  });

  it('is made, with the key that is made for browsers and no other', async () => {
    const { page, manual } = await pageFor({ 'package.json': '{}' });
    expect(page).toMatchObject({ kind: 'create', path: 'consent-page/index.html' });
    const text = page?.kind === 'create' ? page.after : '';
    expect(text).toContain(`const SUPABASE_URL = ${JSON.stringify(fake.issuer.replace('/auth/v1', ''))};`);
    expect(text).toContain(`const PUBLISHABLE_KEY = ${JSON.stringify(PUBLISHABLE_KEY)};`);
    expect(text).not.toContain(SERVICE_ROLE_KEY);
    expect(manual).toEqual([expect.stringContaining(`consent-page/index.html -> ${fake.site}/oauth/consent`)]);
  });

  it('says where the key belongs when it may not be read', async () => {
    fake.denied.add('api_gateway_keys_read');
    const { page, manual } = await pageFor({ 'package.json': '{}' });
    expect(page?.kind === 'create' && page.after).toContain('const PUBLISHABLE_KEY = "";');
    expect(manual[0]).toContain('put the publishable or anon key into the page');
  });

  it('goes where static files are served', async () => {
    expect((await pageFor({ 'public/logo.svg': '' })).page?.path).toBe('public/oauth/consent/index.html');
  });

  it('is made for the path that is set, when nothing answers there', async () => {
    fake.state.settings['oauth_server_authorization_path'] = '/agree';
    expect((await pageFor(NEXT)).page?.path).toBe('app/agree/page.tsx');
  });

  it('is taken to be there when the path was set by somebody and answers', async () => {
    fake.state.settings['oauth_server_authorization_path'] = '/agree';
    fake.pages = makeProject({ 'agree/index.html': '<h1>Agree</h1>' });
    expect(await pageFor({ 'package.json': '{}' })).toEqual({ manual: [] });
  });

  it('is a page of the app where Next and supabase-js are there', async () => {
    const { page, manual } = await pageFor(NEXT);
    expect(page?.path).toBe('app/oauth/consent/page.tsx');
    expect(manual).toEqual([expect.stringContaining('NEXT_PUBLIC_SUPABASE_URL')]);
  });

  it('leaves nothing to do when the app has its environment', async () => {
    const env = 'NEXT_PUBLIC_SUPABASE_URL=x\nNEXT_PUBLIC_SUPABASE_ANON_KEY=y\n';
    expect((await pageFor({ ...NEXT, '.env.local': env })).manual).toEqual([]);
  });

  it.each([
    ['no Supabase library', { next: '^16' }],
    ['one that is too old for it', { next: '^16', '@supabase/supabase-js': '^2.50.0' }],
    ['no Next', { '@supabase/supabase-js': '^2.119.0' }],
  ])('is a file without a build where there is %s', async (_, dependencies) => {
    const { page } = await pageFor({ ...NEXT, 'package.json': JSON.stringify({ dependencies }) });
    expect(page?.path).toBe('consent-page/index.html');
  });
});
