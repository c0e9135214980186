/** What is known of an authorization server that add-auth recognises and does not configure. */
export interface KnownServer {
  id: string;
  label: string;
  /** Where this is from, and the day on which it was read. */
  source: string;
  asOf: string;
  /** Host names of its issuers; `*` stands for anything. */
  hosts?: readonly string[];
  /** What URLs of its metadata end in, for those that run it at a host of their own; all of them have to fit. */
  endpoints?: Readonly<Record<string, string>>;
  /** Issuers end in a slash, which counts. */
  slash?: true;
  scope: {
    /** The claim that holds what was granted; `null`: there is none. */
    claim: 'scope' | 'scp' | null;
    /** Can it issue scopes of our own? */
    own: boolean;
  };
  /**
   * What `aud` holds: the URL that clients ask for (RFC 8707) or that was set up as such; a part of the issuer URL; or
   * something that only the console there shows.
   */
  audience: { is: 'resource' } | { is: 'part-of-issuer'; pattern: RegExp } | { is: 'asked'; what: string };
  /** Headers of its access tokens, as far as they are known. */
  typ?: readonly string[];
  algorithms?: readonly string[];
  /** What to do there, in this order. `unless`: fields of the metadata of which one shows that it is done. */
  steps: readonly { what: string; unless?: readonly string[] }[];
}
