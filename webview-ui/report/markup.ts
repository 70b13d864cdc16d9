/**
 * What of a notebook's HTML can be shown: the elements of texts and tables, made anew. Nothing is taken over but their
 * names and their text, so that there is nothing in it that could run, load or lead anywhere.
 */
import { element } from '../common/dom';

const TAGS = [
  ...[
    'p',
    'div',
    'span',
    'pre',
    'code',
    'b',
    'strong',
    'i',
    'em',
    'u',
    's',
    'sub',
    'sup',
    'small',
    'br',
    'hr',
  ],
  ...['ul', 'ol', 'li', 'dl', 'dt', 'dd', 'blockquote'],
  ...['table', 'caption', 'thead', 'tbody', 'tfoot', 'tr', 'th', 'td'],
] as const;

type Tag = (typeof TAGS)[number];

/** Their content is no text for a reader. */
const DROPPED = [
  'script',
  'style',
  'template',
  'noscript',
  'iframe',
  'object',
  'svg',
  'math',
  'head',
  'title',
];

const DEEPEST = 60;
const MOST = 20_000;

export function safeMarkup(html: string): DocumentFragment {
  // A document of this parser runs no script and loads nothing.
  const parsed = new DOMParser().parseFromString(withoutAttributes(html), 'text/html');
  const made = document.createDocumentFragment();
  let left = MOST;
  const copy = (from: Node, to: Node, depth: number): void => {
    for (const child of from.childNodes) {
      if (--left < 0) return;
      if (child instanceof Text) to.appendChild(document.createTextNode(child.data));
      if (!(child instanceof Element)) continue;
      const name = child.localName;
      if (DROPPED.includes(name)) continue;
      const tag = TAGS.find((each) => each === name);
      const place = tag === undefined || depth > DEEPEST ? to : to.appendChild(sameElement(tag, child));
      copy(child, place, depth + 1);
    }
  };
  copy(parsed.body, made, 0);
  return made;
}

function sameElement(tag: Tag, { attributes }: Element): HTMLElement {
  const span = (name: string): string | undefined => {
    const value = attributes.getNamedItem(name)?.value ?? '';
    return /^\d{1,3}$/.test(value) ? value : undefined;
  };
  return element(tag, { colspan: span('colspan'), rowspan: span('rowspan') });
}

const TAG = /<([a-z][a-z0-9-]*)((?:"[^"]*"|'[^']*'|[^>"'])*)>/gi;

/** The browser says of every handler that it did not run; without them there is nothing to say. */
function withoutAttributes(html: string): string {
  return html.replace(TAG, (_tag, name: string, attributes: string) => {
    const spans = attributes.match(/\b(?:col|row)span\s*=\s*["']?\d{1,3}["']?/gi) ?? [];
    return `<${[name, ...spans].join(' ')}>`;
  });
}
