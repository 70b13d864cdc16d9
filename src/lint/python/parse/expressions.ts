/** Expressions of Python, from Lezer's tree. */
import type { SyntaxNode } from '@lezer/common';
import type { Argument, Call, Comprehension, Constant, Expression, Parameter } from '../ast';
import { childrenOf, hasError, isToken, numberOf, split, stringOf } from './nodes';

/** Tokens between which expressions stand; everything else that is no error is an expression. */
const COMPREHENSIONS: Record<string, Comprehension['kind']> = {
  ArrayComprehensionExpression: 'list',
  SetComprehensionExpression: 'set',
  DictionaryComprehensionExpression: 'dict',
  ComprehensionExpression: 'generator',
};

export class Expressions {
  constructor(protected readonly text: string) {}

  protected parameters(list: SyntaxNode): Parameter[] {
    const found: Parameter[] = [];
    let star: '*' | '**' | undefined;
    let wantsDefault = false;
    for (const child of childrenOf(list)) {
      if (child.name === '*' || child.name === '**') star = child.name;
      else if (child.name === 'AssignOp') wantsDefault = true;
      else if (child.name === ',') star = undefined;
      else if (wantsDefault) {
        found.at(-1)!.fallback = this.expression(child);
        wantsDefault = false;
      } else if (child.name === 'VariableName') {
        found.push({ name: this.textOf(child), ...(star ? { star } : {}) });
      }
    }
    return found;
  }

  protected expressions(nodes: SyntaxNode[]): Expression[] {
    return nodes.filter((node) => !isToken(node)).map((node) => this.expression(node));
  }

  /** Several expressions side by side are a tuple. */
  protected tuple(nodes: SyntaxNode[]): Expression {
    const items = this.starred(nodes);
    if (items.length === 1 && !nodes.some(({ name }) => name === ',')) return items[0]!;
    const from = nodes[0]?.from ?? 0;
    return { from, to: nodes.at(-1)?.to ?? from, type: 'tuple', items };
  }

  protected starred(nodes: SyntaxNode[]): Expression[] {
    const found: Expression[] = [];
    let star: SyntaxNode | undefined;
    for (const node of nodes) {
      if (node.name === '*') star = node;
      else if (!isToken(node)) {
        const value = this.expression(node);
        found.push(star ? { from: star.from, to: node.to, type: 'starred', value } : value);
        star = undefined;
      }
    }
    return found;
  }

  protected expression(node: SyntaxNode): Expression {
    const { from, to, name } = node;
    const range = { from, to };
    const children = childrenOf(node);
    switch (name) {
      case 'VariableName':
        return { ...range, type: 'name', name: this.textOf(node) };
      case 'Number':
        return { ...range, type: 'constant', value: numberOf(this.textOf(node)) };
      case 'Boolean':
        return { ...range, type: 'constant', value: this.textOf(node) === 'True' };
      case 'None':
        return { ...range, type: 'constant', value: null };
      case 'String':
        return { ...range, ...stringOf(this.textOf(node)) };
      case 'ContinuedString':
      case 'FormatString':
        return this.format(node, children);
      case 'ParenthesizedExpression':
        return this.expressions(children)[0] ?? { ...range, type: 'literal' };
      case 'MemberExpression':
        return this.member(node, children);
      case 'CallExpression': {
        const list = children.at(-1)!;
        const [callee] = this.expressions(children.slice(0, 1));
        if (list.name !== 'ArgList' || callee === undefined) break;
        return this.callOf(callee, list, from, to);
      }
      case 'ArrayExpression':
        return { ...range, type: 'list', items: this.starred(children) };
      case 'TupleExpression':
        return { ...range, type: 'tuple', items: this.starred(children) };
      case 'SetExpression':
        return { ...range, type: 'set', items: this.starred(children) };
      case 'DictionaryExpression':
        return { ...range, type: 'dict', entries: this.entries(children) };
      case 'LambdaExpression': {
        const list = children.find((child) => child.name === 'ParamList');
        const body = this.expressions(children.filter((child) => child !== list)).at(-1);
        const parameters = list ? this.parameters(list) : [];
        return { ...range, type: 'lambda', parameters, body: body ?? { ...range, type: 'literal' } };
      }
      case 'BinaryExpression': {
        const [left, right] = this.expressions(children);
        if (left === undefined || right === undefined) break;
        const operator = this.text
          .slice(left.to, right.from)
          .replace(/[()\s]+/g, ' ')
          .trim();
        return { ...range, type: 'binary', operator, left, right };
      }
      case 'UnaryExpression': {
        const operand = this.expressions(children).at(-1);
        if (operand === undefined) break;
        return { ...range, type: 'unary', operator: this.textOf(children[0]!), operand };
      }
      case 'ConditionalExpression': {
        const [body, test, otherwise] = this.expressions(children);
        if (body === undefined || test === undefined || otherwise === undefined) break;
        return { ...range, type: 'conditional', test, body, otherwise };
      }
      case 'AwaitExpression': {
        const value = this.expressions(children).at(-1);
        return value ?? { ...range, type: 'literal' };
      }
      case 'NamedExpression': {
        const [target, value] = this.expressions(children);
        if (target === undefined || value === undefined) break;
        return { ...range, type: 'named', target, value };
      }
      case 'Ellipsis':
        return { ...range, type: 'literal' };
    }
    const kind = COMPREHENSIONS[name];
    if (kind) return this.comprehension(node, kind, children);
    return { ...range, type: 'other', parts: this.expressions(children) };
  }

  protected member(node: SyntaxNode, children: SyntaxNode[]): Expression {
    const range = { from: node.from, to: node.to };
    const property = children.find(({ name }) => name === 'PropertyName');
    const [value] = this.expressions(children.slice(0, 1));
    if (value === undefined) return { ...range, type: 'literal' };
    if (property) return { ...range, type: 'attribute', value, name: this.textOf(property) };
    if (children.some(({ name }) => name === '[')) {
      return { ...range, type: 'subscript', value, index: this.expressions(children.slice(1)) };
    }
    // `x.` that is being typed.
    return { ...range, type: 'other', parts: [value] };
  }

  protected callOf(callee: Expression, list: SyntaxNode, from: number, to: number): Call {
    const tokens = childrenOf(list);
    const isClosed = tokens.at(-1)?.name === ')';
    const whole = isClosed && !hasError(list);
    return {
      from,
      to,
      type: 'call',
      callee,
      args: this.args(list),
      open: list.from,
      close: isClosed ? list.to - 1 : list.to,
      whole,
    };
  }

  protected args(list: SyntaxNode): Argument[] {
    const children = childrenOf(list);
    if (children.some(({ name }) => name === 'for')) {
      const clause = this.comprehension(list, 'generator', children);
      return [{ value: clause }];
    }
    return split(children.slice(1), ',').flatMap((part) => {
      const at = part.findIndex(({ name }) => name === 'AssignOp');
      const value = this.expressions(at < 0 ? part : part.slice(at + 1))[0];
      if (value === undefined) return [];
      const star = part.find(({ name }) => name === '*' || name === '**')?.name as '*' | '**' | undefined;
      const name = at > 0 ? this.textOf(part[at - 1]!) : undefined;
      return [{ value, ...(name === undefined ? {} : { name }), ...(star ? { star } : {}) }];
    });
  }

  protected entries(children: SyntaxNode[]): { key: Expression | null; value: Expression }[] {
    return split(children.slice(1), ',').flatMap((part) => {
      const [first, second] = this.expressions(part);
      if (first === undefined) return [];
      return [second === undefined ? { key: null, value: first } : { key: first, value: second }];
    });
  }

  protected comprehension(
    node: SyntaxNode,
    kind: Comprehension['kind'],
    children: SyntaxNode[],
  ): Comprehension {
    const at = children.findIndex(({ name }) => name === 'for');
    const clauses: Comprehension['clauses'] = [];
    const conditions: Expression[] = [];
    let part: SyntaxNode[] = [];
    let target: SyntaxNode[] = [];
    let reading: 'target' | 'iterable' | 'condition' | undefined;
    const finish = (): void => {
      if (reading === 'iterable') clauses.push({ target: this.tuple(target), iterable: this.tuple(part) });
      if (reading === 'condition') conditions.push(...this.expressions(part));
      part = [];
    };
    for (const child of children.slice(at)) {
      if (child.name === 'for') {
        finish();
        reading = 'target';
      } else if (child.name === 'in' && reading === 'target') {
        target = part;
        part = [];
        reading = 'iterable';
      } else if (child.name === 'if') {
        finish();
        reading = 'condition';
      } else if (!isToken(child) || child.name === ',') part.push(child);
    }
    finish();
    return {
      from: node.from,
      to: node.to,
      type: 'comprehension',
      kind,
      elements: this.expressions(children.slice(0, at)),
      clauses,
      conditions,
    };
  }

  protected format(node: SyntaxNode, children: SyntaxNode[]): Expression {
    const range = { from: node.from, to: node.to };
    const parts: Expression[] = [];
    const plain: Constant[] = [];
    const visit = (each: SyntaxNode): void => {
      if (each.name === 'FormatReplacement') parts.push(...this.expressions(childrenOf(each)));
      else if (each.name === 'String') {
        const text = stringOf(this.textOf(each));
        if (text.type === 'constant') plain.push(text.value);
      } else childrenOf(each).forEach(visit);
    };
    if (node.name === 'FormatString') visit(node);
    else children.forEach(visit);
    if (node.name === 'ContinuedString' && plain.length === children.length) {
      return { ...range, type: 'constant', value: plain.join('') };
    }
    return { ...range, type: 'format', parts };
  }

  protected textOf(node: SyntaxNode): string {
    return this.text.slice(node.from, node.to);
  }
}
