import { isRecord } from '../../is-record.ts';
import { patient } from '../patient.ts';
import type { ProviderIo } from '../types.ts';
import { findCredentials, type Credentials } from './credentials.ts';
import { givenEndpoint } from './endpoint.ts';
import { isMissing, isThrottled, refusal, saidIn } from './refusal.ts';
import { apiOf } from './target.ts';

const TARGET = 'AWSCognitoIdentityProviderService';
/** More pages than any pool has; an API that never stops would keep us for ever. */
const MAX_PAGES = 1000;

export type Answer = Record<string, unknown>;

export interface CognitoApi {
  /**
   * @param operation as AWS names it: `DescribeUserPool`
   * @param what to follow `could not`
   * @throws AwsError for all but success
   */
  call(operation: string, body: object, what: string): Promise<Answer>;
  /** The same for what may not be there. */
  find(operation: string, body: object, what: string): Promise<Answer | undefined>;
  /** All pages of a list. @param key where the answer has the items */
  list(operation: string, body: object, key: string, what: string): Promise<Answer[]>;
}

/** The API of Amazon Cognito user pools in one region. Credentials are looked for with the first request. */
export function cognitoApi(region: string, io: ProviderIo): CognitoApi {
  const url = `${givenEndpoint() ?? apiOf(region)}/`;
  const { host } = new URL(url);
  let credentials: Promise<Credentials> | undefined;

  const signed: typeof fetch = async (_, init = {}) => {
    const { AwsV4Signer } = await import('aws4fetch');
    const { method = 'POST', headers = {}, body = '' } = init;
    const found = await (credentials ??= findCredentials(region));
    const keys = { accessKeyId: found.accessKeyId, secretAccessKey: found.secretAccessKey };
    const session = found.sessionToken === undefined ? {} : { sessionToken: found.sessionToken };
    const signer = new AwsV4Signer({ url, method, headers, body: body ?? '', ...keys, ...session, ...SERVICE, region });
    return as429(await fetch(url, { ...init, headers: (await signer.sign()).headers }));
  };
  const send = patient(signed, (seconds) => io.warn(`AWS asks to wait ${seconds} s (rate limit).`), isRead);

  async function call(operation: string, body: object, what: string): Promise<Answer> {
    const { secretAccessKey, sessionToken } = await (credentials ??= findCredentials(region));
    const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `${TARGET}.${operation}` };
    const init = { method: 'POST', headers, body: JSON.stringify(body) };
    const response = await send(url, init).catch((error: unknown) => {
      throw refusal({ operation, what, host, dropped: (error as Error).message });
    });
    const text = await response.text();
    if (!response.ok) {
      const clean = text.replaceAll(secretAccessKey, '…').replaceAll(sessionToken || secretAccessKey, '…');
      throw refusal({ operation, what, host, status: response.status, ...saidIn(clean, response.headers) });
    }
    const answer: unknown = text === '' ? {} : JSON.parse(text);
    return isRecord(answer) ? answer : {};
  }

  return {
    call,
    find: (operation, body, what) =>
      call(operation, body, what).catch((error: unknown) => {
        if (isMissing(error)) return undefined;
        throw error;
      }),
    async list(operation, body, key, what) {
      const items: Answer[] = [];
      let token: unknown;
      for (let page = 0; page < MAX_PAGES; page++) {
        const answer = await call(operation, { ...body, MaxResults: 60, ...(token ? { NextToken: token } : {}) }, what);
        const more = answer[key];
        if (Array.isArray(more)) items.push(...more.filter(isRecord));
        token = answer['NextToken'];
        if (typeof token !== 'string' || token === '') break;
      }
      return items;
    },
  };
}

const SERVICE = { service: 'cognito-idp' };

/** Every operation is a POST; those that only read say so in their name. */
function isRead({ headers }: RequestInit): boolean {
  const target = new Headers(headers).get('x-amz-target') ?? '';
  return /\.(Describe|Get|List)/.test(target);
}

/** A rate limit by the status that says so everywhere else. */
async function as429(response: Response): Promise<Response> {
  if (response.status !== 400) return response;
  const text = await response.text();
  const { headers } = response;
  return new Response(text, { status: isThrottled(saidIn(text, headers).type) ? 429 : 400, headers });
}
