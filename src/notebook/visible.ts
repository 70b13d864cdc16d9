/** Control characters but tab and line end, those that turn the text around them, and those that take no room. */
const UNSEEN = /(?![\t\n])\p{Cc}|[\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;

/** A text in which nothing is hidden: `a\u202eb` reads `a⟨U+202E⟩b`. Tabs and line ends stay. */
export function visible(text: string): string {
  return text.replace(UNSEEN, (character) => {
    const code = character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
    return `⟨U+${code}⟩`;
  });
}
