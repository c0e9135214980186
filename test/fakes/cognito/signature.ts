import { createHash, createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { KEYS } from './state.ts';

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/**
 * Checks Signature Version 4 as the IAM guide has it ("Create a signed AWS API request"), for a POST to `/`.
 * @returns the name of the error that AWS answers with; `undefined` when the request is well signed
 */
export function signatureProblem({ headers, url = '/' }: IncomingMessage, body: string): string | undefined {
  const pattern = /^AWS4-HMAC-SHA256 Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=([\da-f]{64})$/;
  const [, credential = '', names = '', signature] = pattern.exec(headers.authorization ?? '') ?? [];
  const date = String(headers['x-amz-date']);
  const [key, day, region = '', service = '', end] = credential.split('/');
  if (signature === undefined) return 'MissingAuthenticationTokenException';
  if (key !== KEYS.accessKeyId || headers['x-amz-security-token'] !== KEYS.sessionToken) {
    return 'UnrecognizedClientException';
  }
  const isScope = service === 'cognito-idp' && region === 'eu-central-1' && end === 'aws4_request';
  const isSigned = ['host', 'x-amz-date', 'x-amz-target'].every((name) => names.split(';').includes(name));
  if (!isScope || !isSigned || !date.startsWith(String(day))) return 'InvalidSignatureException';
  const signed = names.split(';').map((name) => `${name}:${String(headers[name]).trim()}\n`);
  const canonical = ['POST', url, '', signed.join(''), names, hash(body)].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', date, `${day}/${region}/${service}/${end}`, hash(canonical)].join('\n');
  const derived = [String(day), region, service, 'aws4_request'].reduce<string | Buffer>(
    hmac,
    `AWS4${KEYS.secretAccessKey}`,
  );
  return hmac(derived, toSign).toString('hex') === signature ? undefined : 'InvalidSignatureException';
}
