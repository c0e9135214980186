/** Joins parts of a route's path: one leading slash, none doubled and none at the end (but `/` alone). */
export function joinPaths(...parts: string[]): string {
  const segments = parts.flatMap((part) => part.split('/')).filter((segment) => segment !== '');
  return `/${segments.join('/')}`;
}
