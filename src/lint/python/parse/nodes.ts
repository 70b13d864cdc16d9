/** What both halves of the parser ask of Lezer's nodes. */
import type { SyntaxNode } from '@lezer/common';
import type { Constant } from '../ast';

export function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  for (let child = node.firstChild; child; child = child.nextSibling) {
    if (child.name !== 'Comment') found.push(child);
  }
  return found;
}

/** Keywords and punctuation begin with no capital; `None` and names of expressions do. */
export function isToken({ name, type }: SyntaxNode): boolean {
  return type.isError || !/^[A-Z]/.test(name) || TOKENS.has(name);
}

const TOKENS = new Set([
  'ArithOp', 'BitOp', 'CompareOp', 'AssignOp', 'UpdateOp', 'At', 'Body', 'TypeDef', 'PropertyName', 'FormatConversion', 'FormatSpec', 'ParamList', 'MatchBody',
]); // prettier-ignore

export function untilBody(children: SyntaxNode[]): SyntaxNode[] {
  const at = children.findIndex(({ name }) => name === 'Body');
  return at < 0 ? children : children.slice(0, at);
}

export function split(nodes: SyntaxNode[], separator: string): SyntaxNode[][] {
  const parts: SyntaxNode[][] = [[]];
  for (const node of nodes) {
    if (node.name === separator) parts.push([]);
    else parts.at(-1)!.push(node);
  }
  return parts;
}

export function hasError(node: SyntaxNode): boolean {
  let found = false;
  node.cursor().iterate((each) => {
    if (each.type.isError) found = true;
    return !found;
  });
  return found;
}

export function numberOf(text: string): Constant {
  const value = Number(text.replaceAll('_', ''));
  return Number.isNaN(value) ? Number(Number.parseFloat(text)) : value;
}

/** The value of a plain string; escapes are left as they are written, which no rule reads. */
export function stringOf(text: string): { type: 'constant'; value: string } | { type: 'literal' } {
  const found = /^([a-zA-Z]*)("""|'''|"|')([^]*?)\2?$/.exec(text);
  if (found === null || /b/i.test(found[1]!)) return { type: 'literal' };
  return { type: 'constant', value: found[3]! };
}
