import { isRecord } from '../../is-record.ts';
import { AGAIN, ProviderError } from '../provider-error.ts';

/** AWS answered, and the answer was no; or there was no answer. */
export class AwsError extends ProviderError {
  /** `ResourceNotFoundException`; empty when no answer came. */
  readonly type: string;

  constructor(type: string, status: number | undefined, message: string, fix: string) {
    super(status, message, fix);
    this.type = type;
  }
}

/** What stands in for AWS on a machine of one's own does not know every operation. */
export const isUnknown = (error: unknown): boolean =>
  error instanceof AwsError && ['UnknownOperationException', 'InvalidAction', 'NotImplemented'].includes(error.type);

/** It is not there; what a feature plan leaves out is not there either. */
export const isMissing = (error: unknown): boolean =>
  error instanceof AwsError && ['ResourceNotFoundException', 'FeatureUnavailableInTierException'].includes(error.type);

interface Refused {
  /** `DescribeUserPool` */
  operation: string;
  /** To follow `could not`: `read the user pool`. */
  what: string;
  host: string;
  status?: number;
  type?: string;
  /** AWS's own words. */
  said?: string;
  /** Why no answer came. */
  dropped?: string;
}

const THROTTLED = ['TooManyRequestsException', 'ThrottlingException', 'Throttling', 'RequestLimitExceeded'];
const NOT_ACCEPTED = [
  'ExpiredToken',
  'ExpiredTokenException',
  'IncompleteSignature',
  'IncompleteSignatureException',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'MissingAuthenticationToken',
  'MissingAuthenticationTokenException',
  'RequestExpired',
  'SignatureDoesNotMatch',
  'UnrecognizedClientException',
];
const NOT_ALLOWED = ['AccessDenied', 'AccessDeniedException', 'NotAuthorizedException', 'OptInRequired'];

/** Cognito limits the rate of requests with a status of 400. */
export const isThrottled = (type: string): boolean => THROTTLED.includes(type);

/** Says in one sentence what AWS refused, and in another what to do. */
export function refusal({ operation, what, host, status, type = '', said = '', dropped }: Refused): AwsError {
  const words = said === '' ? '' : `: ${said.replace(/\.$/, '')}`;
  const error = (message: string, fix: string): AwsError => new AwsError(type, status, message, fix);
  if (status === undefined) {
    return error(
      `Could not ${what}: no usable answer from ${host} (${dropped}).`,
      `Check the region and the network, then ${AGAIN}.`,
    );
  }
  if (isThrottled(type) || status === 429) {
    return error(`AWS limits the rate of requests (${status}); it did not ${what}.`, `Wait a while, then ${AGAIN}.`);
  }
  // Their words quote what was signed, with the session token.
  if (NOT_ACCEPTED.includes(type) || status === 401) {
    return error(
      `AWS does not accept the credentials (${type || status}).`,
      'Renew them (aws sso login, or new keys), check AWS_PROFILE and the clock of this machine, then run again.',
    );
  }
  if (NOT_ALLOWED.includes(type) || status === 403) {
    return error(
      `These credentials may not ${what} (${type || status}${words}).`,
      `Allow cognito-idp:${operation} on the user pool, or use others with AWS_PROFILE.`,
    );
  }
  if (type === 'LimitExceededException') {
    return error(
      `The user pool is at a limit, so AWS did not ${what}${words}.`,
      `Delete what is no longer used, or have the quota raised (Service Quotas), then ${AGAIN}.`,
    );
  }
  if (status >= 500) return error(`AWS failed to ${what} (${status}${words}).`, `Wait a while, then ${AGAIN}.`);
  return error(`AWS refused to ${what} (${type || status}${words}).`, `Put right what it says, then ${AGAIN}.`);
}

/** `{ "__type": "com.amazonaws…#ResourceNotFoundException", "message": "…" }`; the name may also be in a header. */
export function saidIn(text: string, headers: Headers): { type: string; said: string } {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    answer = undefined;
  }
  const field = (name: string): string => {
    const value = isRecord(answer) ? answer[name] : undefined;
    return typeof value === 'string' ? value : '';
  };
  const name = field('__type') || headers.get('x-amzn-errortype') || '';
  return {
    type: name.split('#').at(-1)?.split(':')[0] ?? '',
    said: (field('message') || field('Message')).replaceAll(/\s+/g, ' ').slice(0, 300),
  };
}
