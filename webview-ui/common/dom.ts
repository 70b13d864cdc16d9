import { visible } from '../../src/notebook/visible';

/** Elements from data. Every text becomes a text node: nothing that a notebook printed is ever markup here. */
export type Child = Node | string | undefined;

/** An attribute that is undefined or false is left out; one that is true has no value. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, string | boolean | undefined> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) made.setAttribute(name, value === true ? '' : value);
  }
  made.append(...children.flatMap((child) => (typeof child === 'string' ? visible(child) : (child ?? []))));
  return made;
}

/** A sentence in which `` `…` `` is code. */
export function prose(text: string): Node[] {
  return text
    .split(/(`[^`\n]+`)/)
    .filter((part) => part !== '')
    .map((part) =>
      part.length > 2 && part.startsWith('`') && part.endsWith('`')
        ? element('code', {}, part.slice(1, -1))
        : document.createTextNode(visible(part)),
    );
}

/** Read out, not shown. */
export function unseen(text: string): HTMLElement {
  return element('span', { class: 'unseen' }, text);
}

export function button(label: string, key: string, look: string, press: () => void): HTMLButtonElement {
  const made = element('button', { type: 'button', class: look, 'data-key': key }, label);
  made.addEventListener('click', () => {
    if (made.getAttribute('aria-disabled') !== 'true') press();
  });
  return made;
}

const SVG = 'http://www.w3.org/2000/svg';

export function svgElement<K extends keyof SVGElementTagNameMap>(
  name: K,
  attributes: Record<string, string | number>,
  ...children: readonly (Node | string)[]
): SVGElementTagNameMap[K] {
  const made = document.createElementNS(SVG, name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, String(value));
  made.append(...children.map((child) => (typeof child === 'string' ? visible(child) : child)));
  return made;
}
