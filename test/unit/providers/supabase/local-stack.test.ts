import { afterEach, describe, expect, it } from 'vitest';
import { supabase } from '../../../../src/providers/supabase/index.ts';
import { NO_WISHES, type ProviderFindings } from '../../../../src/providers/types.ts';
import { nobody } from '../../../support/providers.ts';
import { filesOf, forgetFake, input } from './support.ts';

const CONFIG = 'supabase/config.toml';
/** As `supabase init` writes it, shortened. */
const INITIAL = `project_id = "demo"

[api]
enabled = true
# Port to use for the API URL.
port = 54321

[auth]
enabled = true
site_url = "http://127.0.0.1:3000"
# Path to JWT signing key. DO NOT commit your signing keys file to git.
# signing_keys_path = "./signing_keys.json"
enable_signup = true

# OAuth server configuration
[auth.oauth_server]
# Enable OAuth server functionality
enabled = false
# Path for OAuth consent flow UI
authorization_url_path = "/oauth/consent"
# Allow dynamic client registration
allow_dynamic_registration = false

[edge_runtime]
enabled = true
`;

afterEach(forgetFake);

function look(files: Record<string, string>, target = {}): Promise<ProviderFindings> {
  const connection = supabase.connect({ project: 'local', ...target }, nobody);
  return connection.look(input({ wishes: NO_WISHES, ...filesOf(files) }));
}
const edited = ({ files = [] }: ProviderFindings, path: string): string | undefined => {
  const edit = files.find((file) => file.path === path);
  return edit && edit.kind !== 'skip' ? edit.after : undefined;
};

describe('the local stack of the Supabase CLI', () => {
  it('is set up by changes of its settings, which need no account', async () => {
    const found = await look({ [CONFIG]: INITIAL });
    expect(found.remote).toEqual([]);
    expect(found.spec.issuer).toBe('http://127.0.0.1:54321/auth/v1');
    expect(edited(found, CONFIG)).toBe(
      INITIAL.replace('enable_signup = true\n', 'enable_signup = true\nsigning_keys_path = "./signing_keys.json"\n')
        .replace('functionality\nenabled = false', 'functionality\nenabled = true')
        .replace('allow_dynamic_registration = false', 'allow_dynamic_registration = true'),
    );
    expect(edited(found, 'supabase/.gitignore')).toBe('signing_keys.json\n');
    expect(found.manual?.[0]?.snippet.split('\n')).toEqual([
      "echo '[]' > supabase/signing_keys.json",
      expect.stringContaining('supabase gen signing-key --algorithm ES256 --append'),
      'supabase stop && supabase start',
    ]);
  });

  it('is left alone with --no-provision', async () => {
    const connection = supabase.connect({ project: 'local' }, nobody);
    const found = await connection.look(input({ provision: false, ...filesOf({ [CONFIG]: INITIAL }) }));
    expect(found).toMatchObject({ spec: { issuer: 'http://127.0.0.1:54321/auth/v1' }, files: [], manual: [] });
  });

  it('is left alone once it is set up', async () => {
    const first = await look({ [CONFIG]: INITIAL });
    const files = { [CONFIG]: edited(first, CONFIG) ?? '', 'web/page.tsx': 'oauth.approveAuthorization(id)' };
    const withoutKey = await look(files);
    expect(withoutKey.files).toEqual([]);
    expect(withoutKey.manual).toEqual([
      expect.objectContaining({ what: expect.stringContaining('signing key') as string }),
    ]);
    const again = await look({ ...files, 'supabase/signing_keys.json': '[]' });
    expect(again.files).toEqual([]);
    expect(again.manual).toEqual([]);
  });

  it('keeps a consent path and keys of its own', async () => {
    const own = INITIAL.replace('# signing_keys_path = "./signing', 'signing_keys_path = "./my').replace(
      '"/oauth/consent"',
      '"/agree"',
    );
    const after = edited(await look({ [CONFIG]: own }), CONFIG);
    expect(after).toContain('authorization_url_path = "/agree"');
    expect(after).toContain('signing_keys_path = "./my_keys.json"');
    expect(after?.match(/signing_keys_path/g)).toHaveLength(1);
  });

  it.each([
    ['port = 54321', 'port = 60000', 'http://127.0.0.1:60000/auth/v1'],
    ['site_url', 'jwt_issuer = "https://auth.example"\nsite_url', 'https://auth.example'],
    ['site_url', 'external_url = "https://x.example/auth/v1"\nsite_url', 'https://x.example/auth/v1'],
  ])('has its issuer where the settings say: %s -> %s', async (from, to, issuer) => {
    expect((await look({ [CONFIG]: INITIAL.replace(from, to) })).spec.issuer).toBe(issuer);
  });

  it('written in a way that is not edited becomes a step for a person', async () => {
    const found = await look({ [CONFIG]: '[auth]\noauth_server = { enabled = false }\n' });
    expect(edited(found, CONFIG)).toBeUndefined();
    expect(found.manual?.[0]?.snippet).toContain('[auth.oauth_server]\nenabled = true');
  });

  it.each([
    [{}, 'there is no supabase/config.toml'],
    [{ [CONFIG]: '[auth' }, 'not TOML'],
  ])('is not made up', async (files, message) => {
    await expect(look(files)).rejects.toMatchObject({
      code: 'invalid-option',
      message: expect.stringContaining(message) as string,
    });
  });
});
