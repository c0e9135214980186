import { afterEach, describe, expect, it, vi } from 'vitest';
import { findCredentials } from '../../../../src/providers/entra/credentials.ts';
import { nobody } from '../../../support/providers.ts';

const execa = vi.hoisted(() => vi.fn());
vi.mock('execa', () => ({ execa }));
afterEach(() => vi.unstubAllEnvs());

const tenant = { name: 'contoso.onmicrosoft.com', login: '', graph: '' };
const answers = (exitCode: number | undefined, stdout = ''): void => {
  vi.stubEnv('AZURE_ACCESS_TOKEN', '');
  execa.mockReset().mockResolvedValue({ exitCode, stdout });
};

describe('credentials for Graph', () => {
  it('are AZURE_ACCESS_TOKEN, and the CLI is not asked then', async () => {
    answers(0, '{"accessToken":"of-az"}');
    vi.stubEnv('AZURE_ACCESS_TOKEN', ' given ');
    expect(await findCredentials(tenant, nobody)).toEqual({ token: 'given', source: 'AZURE_ACCESS_TOKEN' });
    expect(execa).not.toHaveBeenCalled();
  });

  it('come from the az CLI, for this tenant', async () => {
    answers(0, '{"accessToken":"of-az","expiresOn":"2026-11-21 22:00:00.000000","tokenType":"Bearer"}');
    expect((await findCredentials(tenant, nobody)).token).toBe('of-az');
    expect(execa.mock.calls[0]!.slice(0, 2)).toEqual([
      'az',
      ['account', 'get-access-token', '--resource-type', 'ms-graph', '--tenant', tenant.name, '--output', 'json'],
    ]);
  });

  it.each<[number | undefined, string]>([
    [undefined, ''],
    [1, 'Please run az login'],
    [0, 'no JSON'],
    [0, '{}'],
  ])('are missing where the CLI ends with %s and says %j', async (exitCode, stdout) => {
    answers(exitCode, stdout);
    await expect(findCredentials(tenant, nobody)).rejects.toMatchObject({
      code: 'missing-answer',
      fix: expect.stringContaining('az login --tenant contoso.onmicrosoft.com'),
    });
  });

  it('are not sent when no header can carry them, nor shown', async () => {
    vi.stubEnv('AZURE_ACCESS_TOKEN', 'two words');
    const error: unknown = await findCredentials(tenant, nobody).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'missing-answer' });
    expect(JSON.stringify(error) + String(error)).not.toContain('two words');
  });
});
