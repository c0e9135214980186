import { checkApiUrl } from '../url.ts';

const NAMES = ['AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER', 'AWS_ENDPOINT_URL'] as const;

/**
 * Where the API is instead of at AWS: by the variables that AWS's own tools read, the more special one first.
 * @returns without a slash at the end; `undefined` when neither is set
 * @throws CliError `invalid-url`
 */
export function givenEndpoint(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const name = NAMES.find((one) => env[one]);
  const given = name && env[name];
  if (name === undefined || given === undefined || env['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'] === 'true')
    return undefined;
  return checkApiUrl(name, given, 'Unset it, or give the URL of the API.');
}
