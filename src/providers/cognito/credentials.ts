import { CliError } from '../../errors.ts';

/** What requests are signed with. Kept in memory only. */
export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string | undefined;
}

/**
 * From where AWS's own tools take them, in their order: environment, the profile (keys, single sign-on, roles, a
 * process), web identity, container, instance.
 * @throws CliError `missing-answer`
 */
export async function findCredentials(region: string): Promise<Credentials> {
  const { defaultProvider } = await import('@aws-sdk/credential-provider-node');
  try {
    return await defaultProvider({ clientConfig: { region } })();
  } catch (error) {
    const said = error instanceof Error && error.name.endsWith('ProviderError') ? error.message : 'none were found';
    throw new CliError(
      'missing-answer',
      `Provider cognito needs credentials of AWS: ${said.replaceAll(/\s+/g, ' ').replace(/\.$/, '')}.`,
      'Set AWS_PROFILE (after aws sso login, where the profile needs it), or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; or leave the pool alone with --no-provision.',
      { cause: error },
    );
  }
}

/** The region of the environment or of the profile, `undefined` when neither names one. */
export async function findRegion(env: NodeJS.ProcessEnv = process.env): Promise<string | undefined> {
  const fromEnv = env['AWS_REGION'] || env['AWS_DEFAULT_REGION'];
  if (fromEnv) return fromEnv;
  const { loadConfig, NODE_REGION_CONFIG_FILE_OPTIONS, NODE_REGION_CONFIG_OPTIONS } =
    await import('@smithy/core/config');
  return loadConfig(NODE_REGION_CONFIG_OPTIONS, NODE_REGION_CONFIG_FILE_OPTIONS)().catch(() => undefined);
}
