const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text for HTML and XML, in elements and in attributes. Control characters, which XML does not know, become spaces. */
export function escapeMarkup(text: string): string {
  return [...text]
    .map((character) => ENTITIES[character] ?? (character < ' ' && character !== '\n' ? ' ' : character))
    .join('');
}
