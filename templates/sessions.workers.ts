/** A session may be opened without a token where tools are public; it belongs to nobody yet. */
export const ANONYMOUS = 'anonymous';

/** The id of a new session with the user in it, where an agent has its name from that id; see `agents.ts`. */
export function idWithOwner(id: string, user: string): string {
  return `${id}.${plain(user)}`;
}

/**
 * Whose session is it? A session id alone gives no rights: it works for the user who opened it only
 * (MCP Security Best Practices, "Session Hijacking"). The requests of a session are answered in many places that share
 * no memory. So the id of an agent's session tells whose it is: with another user in it, it names an agent that does not
 * exist. Other sessions live no longer than the isolate that has opened them, and so does what is remembered of them.
 */
export class Sessions {
  readonly #owners = new Map<string, string>();
  readonly #limit: number;

  constructor(limit = 10_000) {
    this.#limit = limit;
  }

  /** Whether this user may use this session. Ids that were not given out here, and tell no user, are nobody's. */
  admits(id: string, user: string): boolean {
    const owner = this.#owners.get(id) ?? id.slice(id.lastIndexOf('.') + 1);
    return owner === plain(user) || owner === ANONYMOUS;
  }

  /** Notes who uses a session. The first to sign in takes over an anonymous one; nobody else's changes hands. */
  bind(id: string, user: string): void {
    const owner = this.#owners.get(id);
    this.#owners.delete(id);
    this.#owners.set(id, owner === undefined || owner === ANONYMOUS ? plain(user) : owner);
    if (this.#owners.size > this.#limit) this.#forgetOne(id);
  }

  /** Sessions of nobody go first: whoever opens many of them without a token must not end those of users. */
  #forgetOne(newest: string): void {
    for (const [id, owner] of this.#owners) {
      if (owner === ANONYMOUS && id !== newest) return void this.#owners.delete(id);
    }
    const [oldest] = this.#owners.keys();
    if (oldest !== undefined) this.#owners.delete(oldest);
  }

  /** The session has been closed. */
  release(id: string): void {
    this.#owners.delete(id);
  }
}

/** Letters and digits that stand in headers, queries and names of agents as they are. */
function plain(user: string): string {
  return user.replace(/[^a-zA-Z0-9]/g, '-');
}
