/** A name for something in the tenant: at most 200 characters, no angle brackets. */
export function nameFor(kind: string, resource: string): string {
  return `${kind} ${resource}`.replaceAll(/[<>]/g, '').slice(0, 200);
}
