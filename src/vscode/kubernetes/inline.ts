import { plain } from '../../cluster/words/observed';

/** Anybody's text within a line of Markdown: it ends neither the line nor a cell, and begins no link, image or tag. */
export function inline(text: string, longest?: number): string {
  return plain(text, longest)
    .replaceAll('](', '] (')
    .replace(/[\\|<]/g, '\\$&');
}
