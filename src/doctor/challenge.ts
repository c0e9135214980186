/** One challenge of a `WWW-Authenticate` header (RFC 9110 §11.6.1). */
export interface Challenge {
  scheme: string;
  /** By name in lower case. */
  parameters: Record<string, Parameter>;
}

export interface Parameter {
  value: string;
  isQuoted: boolean;
}

/**
 * Reads a `WWW-Authenticate` header. Never throws: what cannot be read is left out.
 * @param header all values, joined with commas as HTTP allows
 */
export function parseChallenges(header: string): Challenge[] {
  const reader = new Reader(header);
  const challenges: Challenge[] = [];
  for (;;) {
    reader.skip(' \t,');
    const word = reader.word();
    if (word === '') {
      if (reader.isDone) return challenges;
      reader.advance();
      continue;
    }
    const at = reader.at;
    reader.skip(' \t');
    const current = challenges.at(-1);
    if (reader.next === '=' && current) {
      reader.advance();
      reader.skip(' \t');
      current.parameters[word.toLowerCase()] = reader.value();
      continue;
    }
    reader.at = at;
    challenges.push({ scheme: word, parameters: {} });
  }
}

/** The Bearer challenge of a header, wherever it stands. */
export function bearerChallenge(header: string | undefined): Challenge | undefined {
  return parseChallenges(header ?? '').find(({ scheme }) => scheme.toLowerCase() === 'bearer');
}

class Reader {
  at = 0;
  readonly #text: string;
  constructor(text: string) {
    this.#text = text;
  }

  get next(): string {
    return this.#text[this.at] ?? '';
  }
  get isDone(): boolean {
    return this.at >= this.#text.length;
  }
  advance(): void {
    this.at += 1;
  }
  skip(characters: string): void {
    while (!this.isDone && characters.includes(this.next)) this.at += 1;
  }

  /** A token of RFC 9110 §5.6.2, as far as it goes. */
  word(): string {
    const start = this.at;
    while (!this.isDone && !' \t,="'.includes(this.next)) this.at += 1;
    return this.#text.slice(start, this.at);
  }

  value(): Parameter {
    if (this.next !== '"') {
      const start = this.at;
      while (!this.isDone && !' \t,'.includes(this.next)) this.at += 1;
      return { value: this.#text.slice(start, this.at), isQuoted: false };
    }
    let value = '';
    for (this.at += 1; !this.isDone && this.next !== '"'; this.at += 1) {
      if (this.next === '\\') this.at += 1;
      value += this.next;
    }
    this.at += 1;
    return { value, isQuoted: true };
  }
}
