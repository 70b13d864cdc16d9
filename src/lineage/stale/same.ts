/** Whether an edit changed what a cell does: not where only comments, blank lines or spaces between tokens differ. */
import type { SyntaxNode } from '@lezer/common';
import { parser } from '@lezer/python';
import { hideMagics } from '../../lint/python/magics';
import { hasError } from '../../lint/python/parse/nodes';

/**
 * @param exact lines matter: an error or a warning that the cell shows names them, or its text
 * @returns false when unsure
 */
export function sameCode(before: string, after: string, exact = false): boolean {
  if (before === after) return true;
  if (exact) return false;
  const [one, other] = [formOf(before), formOf(after)];
  return one !== undefined && one === other;
}

const known = new Map<string, string | undefined>();
const KNOWN = 2000;

function formOf(source: string): string | undefined {
  if (!known.has(source)) {
    if (known.size >= KNOWN) known.clear();
    known.set(source, readForm(source));
  }
  return known.get(source);
}

function readForm(source: string): string | undefined {
  const lexed = hideMagics(source);
  // What a magic makes of its text is the magic's own affair.
  if (lexed.language !== 'python' || lexed.magics.length > 0) return undefined;
  const tree = parser.parse(source).topNode;
  return hasError(tree) ? undefined : write(tree, source);
}

/** The tree with its tokens: how blocks nest is not in the tokens alone. Text within quotes counts letter by letter. */
function write(node: SyntaxNode, source: string): string {
  if (node.firstChild === null || node.name.endsWith('String')) return source.slice(node.from, node.to);
  const parts: string[] = [];
  for (let child = node.firstChild as SyntaxNode | null; child; child = child.nextSibling) {
    if (child.name !== 'Comment') parts.push(write(child, source));
  }
  return `${node.name}(${parts.join('\u0001')})`;
}
