/** What Lezer's tree of a cell in JavaScript or TypeScript says, in the words the analysis uses. */
import type { SyntaxNode, Tree } from '@lezer/common';
import { parser } from '@lezer/javascript';
import type { Constant } from '../python/ast';

/** A cell as it is gone through. Offsets in its tree are those of its text. */
export type Program = { cell: number; text: string; tree: Tree };

let typescript: typeof parser | undefined;

/** Never fails: what is broken stands as an error in the tree. */
export function parseJavaScript(text: string): Tree {
  typescript ??= parser.configure({ dialect: 'ts' });
  return typescript.parse(withoutMagic(text));
}

/** The line of `%%javascript` is none of JavaScript's; blanked, so that every offset stays. */
function withoutMagic(text: string): string {
  return text.replace(/^\s*%%.*/, (line) => line.replace(/[^\r\n]/g, ' '));
}

export function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  for (let child = node.firstChild; child; child = child.nextSibling) {
    if (!/Comment$/.test(child.name)) found.push(child);
  }
  return found;
}

/** Punctuation, keywords and types: nothing that has a value. */
export function isToken({ name, type }: SyntaxNode): boolean {
  if (VALUES.has(name)) return false;
  return type.isError || !/^[A-Z]/.test(name) || TOKENS.has(name) || /Type|Interface|^Ambient/.test(name);
}

/** Closed, without an error in it, and with something between its commas. */
export function isWhole(list: SyntaxNode): boolean {
  const names = childrenOf(list).map(({ name }) => name);
  if (names.at(-1) !== ')' || names.some((name, i) => name === ',' && /^[(,]$/.test(names[i - 1]!)))
    return false;
  let isBroken = false;
  list.cursor().iterate((each) => {
    isBroken ||= each.type.isError;
    return !isBroken;
  });
  return !isBroken;
}

const VALUES = new Set(['null', 'this', 'super']);

const TOKENS = new Set('Arrow ArithOp BitOp CompareOp Equals LogicOp Spread Star UpdateOp'.split(' '));
const TARGETS = /^(VariableDefinition|VariableName|ObjectPattern|ArrayPattern|MemberExpression)$/;

export type Declarator = { target: SyntaxNode; initial?: SyntaxNode; rest?: true; at: number };

/** `a = 1, {b}: T, ...c` of a declaration, a list of parameters or a pattern; `at` counts the commas before it. */
export function declaratorsOf(children: readonly SyntaxNode[]): Declarator[] {
  const found: Declarator[] = [];
  let at = 0;
  children.forEach((child, i) => {
    const before = children[i - 1]?.name;
    if (child.name === ',') at += 1;
    else if (before === 'Equals') {
      const last = found.at(-1);
      if (last) last.initial = child;
    } else if (TARGETS.test(child.name)) {
      found.push({ target: child, at, ...(before === 'Spread' ? { rest: true } : {}) });
    }
  });
  return found;
}

/** The name of a property, a pattern's or a class member's; undefined where it is computed. */
export function propertyName(children: readonly SyntaxNode[], text: string): string | undefined {
  const named = children.find(({ name }) => /Property(Name|Definition)$/.test(name));
  if (named) return text.slice(named.from, named.to);
  const [first] = children;
  return first?.name === 'String' ? stringOf(text.slice(first.from, first.to)) : undefined;
}

export function literalOf(node: SyntaxNode, text: string): Constant | undefined {
  const written = text.slice(node.from, node.to);
  switch (node.name) {
    case 'String':
      return stringOf(written);
    case 'Number':
      return Number(written.replace(/_|n$/g, ''));
    case 'BooleanLiteral':
      return written === 'true';
    case 'null':
      return null;
    default:
      return undefined;
  }
}

/** Escapes are left as they are written, which no rule reads. */
function stringOf(written: string): string {
  return written.slice(1).replace(/["']$/, '');
}
