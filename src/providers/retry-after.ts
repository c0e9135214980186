/**
 * How long an answer asks to wait: `Retry-After` is in seconds or a date (RFC 9110 §10.2.3).
 * @returns seconds, less than 0 for a date that is past; `undefined` when it does not say
 */
export function retryAfter(headers: Headers): number | undefined {
  const value = headers.get('retry-after');
  if (value === null) return undefined;
  const seconds = Number(value);
  const told = Number.isNaN(seconds) ? (Date.parse(value) - Date.now()) / 1000 : seconds;
  return Number.isFinite(told) ? told : undefined;
}
