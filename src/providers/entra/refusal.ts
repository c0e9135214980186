import { capital } from '../../capital.ts';
import { isRecord } from '../../is-record.ts';
import { AGAIN, ProviderError } from '../provider-error.ts';

/** Microsoft Graph did not do what it was asked for. */
export class GraphError extends ProviderError {
  /** Graph's own codes, the outer one first: `Request_BadRequest`, `HostNameNotOnVerifiedDomain`. */
  readonly codes: readonly string[];

  constructor(status: number | undefined, message: string, fix: string, codes: readonly string[] = []) {
    super(status, message, fix);
    this.codes = codes;
  }
}

/** What Graph says for itself (learn.microsoft.com/graph/errors). */
interface Said {
  codes: string[];
  message?: string;
}

/** The error in the body of an answer; nothing of it where the body is something else. */
export function saidIn(text: string): Said {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return { codes: [] };
  }
  const error = isRecord(body) && isRecord(body['error']) ? body['error'] : {};
  const details = Array.isArray(error['details']) ? error['details'].filter(isRecord) : [];
  const inner = isRecord(error['innerError']) ? [error['innerError']] : [];
  const codes = [error, ...details, ...inner].map(({ code }) => code).filter((code) => typeof code === 'string');
  const { message } = error;
  return { codes, ...(typeof message === 'string' && { message: message.replaceAll(/\s+/g, ' ').slice(0, 300) }) };
}

interface Refused {
  /** To follow `could not`: `create the application`. */
  what: string;
  host: string;
  /** Where the token comes from. */
  source: string;
  status?: number;
  said?: Said;
  /** Why no answer came. */
  dropped?: string;
}

/** Says in one sentence what Graph refused, and in another what to do. */
export function refusal({ what, host, source, status, said = { codes: [] }, dropped }: Refused): GraphError {
  const words = said.message === undefined ? '' : `: ${said.message.replace(/\.$/, '')}`;
  const error = (message: string, fix: string): GraphError => new GraphError(status, message, fix, said.codes);
  if (status === undefined) {
    return error(`Could not ${what}: no usable answer from ${host} (${dropped}).`, `Check the network, then ${AGAIN}.`);
  }
  if (status === 401) {
    return error(
      `Microsoft Graph does not accept ${source} (401${words}).`,
      'It is expired or of another API: az account get-access-token --resource-type ms-graph gives a new one.',
    );
  }
  if (status === 403) {
    return error(
      `${capital(source)} may not ${what} (403${words}).`,
      'It needs the permission Application.ReadWrite.All (or Application.ReadWrite.OwnedBy), or a person with the role Application Developer.',
    );
  }
  if (status === 429) {
    return error('Microsoft Graph limits the rate of requests (429).', `Wait a while, then ${AGAIN}.`);
  }
  return status >= 500
    ? error(`Microsoft Graph failed to ${what} (${status}${words}).`, `Wait a while, then ${AGAIN}.`)
    : error(`Microsoft Graph refused to ${what} (${status}${words}).`, `Put right what it says, and ${AGAIN}.`);
}
