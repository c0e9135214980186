import { isRecord } from '../../is-record.ts';
import { AGAIN, ProviderError } from '../provider-error.ts';

interface Refused {
  /** To follow `could not`: `list the authorization servers`. */
  what: string;
  domain: string;
  status?: number;
  /** Okta's own words. */
  said?: Said | undefined;
  /** Why no answer came. */
  dropped?: string;
}

interface Said {
  code: string;
  text: string;
}

/** Says in one sentence what Okta refused, and in another what to do. */
export function refusal({ what, domain, status, said, dropped }: Refused): ProviderError {
  const words = said === undefined || said.text === '' ? '' : `: ${said.text.replace(/\.$/, '')}`;
  const error = (message: string, fix: string): ProviderError => new ProviderError(status, message, fix);
  if (status === undefined) {
    return error(
      `Could not ${what}: no usable answer from ${domain} (${dropped}).`,
      `Check --domain and the network, then ${AGAIN}.`,
    );
  }
  // "You do not have permission to access the feature you are requesting", with a status of 401 or 403.
  if (said?.code === 'E0000015') {
    return error(
      `The org ${domain} may not use the feature that it takes to ${what} (${status}${words}).`,
      'Custom authorization servers need API Access Management: ask whoever manages the contract with Okta for it.',
    );
  }
  if (status === 401) {
    return error(
      `Okta does not accept OKTA_API_TOKEN for ${domain} (401${words}).`,
      'Make a new token in the admin console of that org (Security > API > Tokens); tokens end after 30 days without use.',
    );
  }
  if (status === 403) {
    return error(
      `The owner of OKTA_API_TOKEN may not ${what} (403${words}).`,
      'Use a token of a super administrator, or of one who may manage authorization servers, applications and groups.',
    );
  }
  if (status === 429) {
    return error(`Okta limits the rate of requests (429); it did not ${what}.`, `Wait a minute, then ${AGAIN}.`);
  }
  if (status >= 500) return error(`Okta failed to ${what} (${status}${words}).`, `Wait a while, then ${AGAIN}.`);
  return error(`Okta refused to ${what} (${status}${words}).`, `Put right what it says, then ${AGAIN}.`);
}

/** How Okta explains itself: a summary, and the causes that say which field it is about. */
export function saidIn(text: string): Said | undefined {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(answer)) return undefined;
  const causes = Array.isArray(answer['errorCauses']) ? answer['errorCauses'].filter(isRecord) : [];
  const summaries = [answer, ...causes].map(({ errorSummary }) => errorSummary);
  const lines = summaries.filter((line): line is string => typeof line === 'string');
  return {
    code: typeof answer['errorCode'] === 'string' ? answer['errorCode'] : '',
    text: lines.join('; ').replaceAll(/\s+/g, ' ').slice(0, 300),
  };
}
