/** Can this stand behind `Bearer` in a header? It is looked at before: the errors of `fetch` would show what cannot. */
export const isTokenText = (text: string): boolean => /^[\x21-\x7e]+$/.test(text);
