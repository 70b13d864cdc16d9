/** Python text to the tree of `ast.ts`, by Lezer's grammar. Never fails: what is broken is left out or `other`. */
import type { SyntaxNode } from '@lezer/common';
import { parser } from '@lezer/python';
import type { Argument, Call, Comprehension, Constant, Expression, Parameter, Statement } from './ast';

export function parsePython(source: string): Statement[] {
  const text = source.replace(BARE_POINT, (number) => `${number.slice(0, -1)} `);
  return new Builder(text).statements(parser.parse(text).topNode);
}

/** `1.`, which the grammar does not know: it takes the point for the beginning of an attribute. */
const BARE_POINT = /(?<![\w.])\d[\d_]*\.(?![\w.])/g;

/** Tokens between which expressions stand; everything else that is no error is an expression. */
const COMPREHENSIONS: Record<string, Comprehension['kind']> = {
  ArrayComprehensionExpression: 'list',
  SetComprehensionExpression: 'set',
  DictionaryComprehensionExpression: 'dict',
  ComprehensionExpression: 'generator',
};

class Builder {
  constructor(private readonly text: string) {}

  statements(parent: SyntaxNode): Statement[] {
    return childrenOf(parent).flatMap((node) => this.statement(node));
  }

  private statement(node: SyntaxNode): Statement[] {
    const { from, to, name } = node;
    const range = { from, to };
    const children = childrenOf(node);
    switch (name) {
      case 'StatementGroup':
        return this.statements(node);
      case 'ImportStatement':
        return [this.importing(node, children)];
      case 'AssignStatement':
        return [{ ...range, type: 'assign', ...this.assignment(children) }];
      case 'UpdateStatement': {
        const at = children.findIndex(({ name }) => name === 'UpdateOp');
        const operator = at < 0 ? '' : this.textOf(children[at]!);
        const target = this.tuple(children.slice(0, at));
        return [{ ...range, type: 'update', target, operator, value: this.tuple(children.slice(at + 1)) }];
      }
      case 'ExpressionStatement':
        return [{ ...range, type: 'expression', value: this.tuple(children) }];
      case 'DecoratedStatement':
        return this.decorated(children);
      case 'FunctionDefinition':
        return [this.definition(node, [])];
      case 'ClassDefinition':
        return [this.classDefinition(node, [])];
      case 'IfStatement':
        return [{ ...range, type: 'if', branches: this.branches(children) }];
      case 'ForStatement':
        return [this.loop(node, children)];
      case 'WhileStatement': {
        const [body = [], otherwise = []] = this.bodies(children);
        const test = this.tuple(untilBody(children));
        return [{ ...range, type: 'while', test, body, otherwise }];
      }
      case 'WithStatement':
        return [
          { ...range, type: 'with', items: this.withItems(children), body: this.bodies(children).flat() },
        ];
      case 'TryStatement': {
        const names = children.flatMap((child, i) => {
          return child.name === 'as' && children[i + 1] ? [this.textOf(children[i + 1]!)] : [];
        });
        return [{ ...range, type: 'try', bodies: this.bodies(children), names }];
      }
      case 'ReturnStatement': {
        const value = this.expressions(children);
        return [{ ...range, type: 'return', ...(value.length > 0 ? { value: this.tuple(children) } : {}) }];
      }
      case 'ScopeStatement': {
        const names = children
          .filter(({ name }) => name === 'VariableName')
          .map((child) => this.textOf(child));
        return [{ ...range, type: 'global', names }];
      }
      case 'DeleteStatement':
        return [{ ...range, type: 'delete', targets: this.expressions(children) }];
      default:
        if (!/Statement$|^MatchBody$|^MatchClause$/.test(name) && !node.type.isError) return [];
        return [{ ...range, type: 'other', parts: this.expressions(children), body: this.inner(children) }];
    }
  }

  /** The statements anywhere below what no rule knows. */
  private inner(children: SyntaxNode[]): Statement[] {
    return children.flatMap((child) =>
      child.name === 'Body' || child.name === 'MatchBody' || child.name === 'MatchClause'
        ? [...this.statements(child), ...(child.name === 'MatchClause' ? this.inner(childrenOf(child)) : [])]
        : [],
    );
  }

  private importing(node: SyntaxNode, children: SyntaxNode[]): Statement {
    const range = { from: node.from, to: node.to };
    const isFrom = children[0]?.name === 'from';
    const at = children.findIndex(({ name }) => name === 'import');
    const named = this.importedNames(children.slice(at + 1));
    if (!isFrom) {
      return {
        ...range,
        type: 'import',
        names: named.map(({ path, as }) => ({ path, ...(as ? { as } : {}) })),
      };
    }
    const module = this.text.slice(children[0]!.to, children[at]?.from ?? node.to).replace(/\s/g, '');
    if (children.slice(at + 1).some(({ name }) => name === '*')) {
      return { ...range, type: 'import-from', module, names: '*' };
    }
    return {
      ...range,
      type: 'import-from',
      module,
      names: named.map(({ path, as }) => ({ name: path, as: as ?? path })),
    };
  }

  private importedNames(children: SyntaxNode[]): { path: string; as?: string }[] {
    const found: { path: string; as?: string }[] = [];
    let isAlias = false;
    let isNew = true;
    for (const child of children) {
      if (child.name === ',') isNew = true;
      else if (child.name === 'as') isAlias = true;
      else if (child.name === 'VariableName') {
        const name = this.textOf(child);
        const last = found.at(-1);
        if (isAlias && last) last.as = name;
        else if (isNew || !last) found.push({ path: name });
        else last.path += `.${name}`;
        isAlias = isNew = false;
      }
    }
    return found;
  }

  private assignment(children: SyntaxNode[]): { targets: Expression[]; value?: Expression } {
    const parts: SyntaxNode[][] = [[]];
    for (const child of children) {
      if (child.name === 'AssignOp') parts.push([]);
      else if (child.name !== 'TypeDef') parts.at(-1)!.push(child);
    }
    const sides = parts.map((part) => this.tuple(part));
    if (sides.length === 1) return { targets: sides };
    return { targets: sides.slice(0, -1), value: sides.at(-1)! };
  }

  private decorated(children: SyntaxNode[]): Statement[] {
    const decorators = children
      .filter(({ name }) => name === 'Decorator')
      .map((node) => this.decorator(node));
    return children.flatMap((child) => {
      if (child.name === 'FunctionDefinition') return [this.definition(child, decorators)];
      if (child.name === 'ClassDefinition') return [this.classDefinition(child, decorators)];
      return [];
    });
  }

  private decorator(node: SyntaxNode): Expression {
    const children = childrenOf(node);
    const names = children.filter(({ name }) => name === 'VariableName');
    const [first, ...rest] = names;
    if (first === undefined) return { from: node.from, to: node.to, type: 'literal' };
    let value: Expression = { from: first.from, to: first.to, type: 'name', name: this.textOf(first) };
    for (const each of rest) {
      value = { from: first.from, to: each.to, type: 'attribute', value, name: this.textOf(each) };
    }
    const list = children.find(({ name }) => name === 'ArgList');
    return list ? this.callOf(value, list, first.from, list.to) : value;
  }

  private definition(node: SyntaxNode, decorators: Expression[]): Statement {
    const children = childrenOf(node);
    const name = children.find((child) => child.name === 'VariableName');
    const list = children.find((child) => child.name === 'ParamList');
    return {
      from: node.from,
      to: node.to,
      type: 'function',
      name: name ? this.textOf(name) : '',
      parameters: list ? this.parameters(list) : [],
      decorators,
      body: this.bodies(children).flat(),
    };
  }

  private classDefinition(node: SyntaxNode, decorators: Expression[]): Statement {
    const children = childrenOf(node);
    const name = children.find((child) => child.name === 'VariableName');
    const list = children.find((child) => child.name === 'ArgList');
    return {
      from: node.from,
      to: node.to,
      type: 'class',
      name: name ? this.textOf(name) : '',
      bases: list ? this.args(list) : [],
      decorators,
      body: this.bodies(children).flat(),
    };
  }

  private parameters(list: SyntaxNode): Parameter[] {
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

  private branches(children: SyntaxNode[]): { test?: Expression; body: Statement[] }[] {
    const found: { test?: Expression; body: Statement[] }[] = [];
    let test: SyntaxNode[] = [];
    for (const child of children) {
      if (child.name === 'Body') {
        const body = this.statements(child);
        found.push(test.length > 0 ? { test: this.tuple(test), body } : { body });
        test = [];
      } else if (!isToken(child)) test.push(child);
    }
    return found;
  }

  private loop(node: SyntaxNode, children: SyntaxNode[]): Statement {
    const [body = [], otherwise = []] = this.bodies(children);
    const head = untilBody(children);
    const at = head.findIndex(({ name }) => name === 'in');
    return {
      from: node.from,
      to: node.to,
      type: 'for',
      target: this.tuple(head.slice(0, at)),
      iterable: this.tuple(head.slice(at + 1)),
      body,
      otherwise,
    };
  }

  private withItems(children: SyntaxNode[]): { value: Expression; target?: Expression }[] {
    return split(untilBody(children), ',').flatMap((part) => {
      const at = part.findIndex(({ name }) => name === 'as');
      const value = this.expressions(at < 0 ? part : part.slice(0, at))[0];
      if (value === undefined) return [];
      return [at < 0 ? { value } : { value, target: this.tuple(part.slice(at + 1)) }];
    });
  }

  private bodies(children: SyntaxNode[]): Statement[][] {
    return children.filter(({ name }) => name === 'Body').map((body) => this.statements(body));
  }

  private expressions(nodes: SyntaxNode[]): Expression[] {
    return nodes.filter((node) => !isToken(node)).map((node) => this.expression(node));
  }

  /** Several expressions side by side are a tuple. */
  private tuple(nodes: SyntaxNode[]): Expression {
    const items = this.starred(nodes);
    if (items.length === 1 && !nodes.some(({ name }) => name === ',')) return items[0]!;
    const from = nodes[0]?.from ?? 0;
    return { from, to: nodes.at(-1)?.to ?? from, type: 'tuple', items };
  }

  private starred(nodes: SyntaxNode[]): Expression[] {
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

  private expression(node: SyntaxNode): Expression {
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

  private member(node: SyntaxNode, children: SyntaxNode[]): Expression {
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

  private callOf(callee: Expression, list: SyntaxNode, from: number, to: number): Call {
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

  private args(list: SyntaxNode): Argument[] {
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

  private entries(children: SyntaxNode[]): { key: Expression | null; value: Expression }[] {
    return split(children.slice(1), ',').flatMap((part) => {
      const [first, second] = this.expressions(part);
      if (first === undefined) return [];
      return [second === undefined ? { key: null, value: first } : { key: first, value: second }];
    });
  }

  private comprehension(
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

  private format(node: SyntaxNode, children: SyntaxNode[]): Expression {
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

  private textOf(node: SyntaxNode): string {
    return this.text.slice(node.from, node.to);
  }
}

function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  for (let child = node.firstChild; child; child = child.nextSibling) {
    if (child.name !== 'Comment') found.push(child);
  }
  return found;
}

/** Keywords and punctuation begin with no capital; `None` and names of expressions do. */
function isToken({ name, type }: SyntaxNode): boolean {
  return type.isError || !/^[A-Z]/.test(name) || TOKENS.has(name);
}

const TOKENS = new Set([
  'ArithOp', 'BitOp', 'CompareOp', 'AssignOp', 'UpdateOp', 'At', 'Body', 'TypeDef', 'PropertyName', 'FormatConversion', 'FormatSpec', 'ParamList', 'MatchBody',
]); // prettier-ignore

function untilBody(children: SyntaxNode[]): SyntaxNode[] {
  const at = children.findIndex(({ name }) => name === 'Body');
  return at < 0 ? children : children.slice(0, at);
}

function split(nodes: SyntaxNode[], separator: string): SyntaxNode[][] {
  const parts: SyntaxNode[][] = [[]];
  for (const node of nodes) {
    if (node.name === separator) parts.push([]);
    else parts.at(-1)!.push(node);
  }
  return parts;
}

function hasError(node: SyntaxNode): boolean {
  let found = false;
  node.cursor().iterate((each) => {
    if (each.type.isError) found = true;
    return !found;
  });
  return found;
}

function numberOf(text: string): Constant {
  const value = Number(text.replaceAll('_', ''));
  return Number.isNaN(value) ? Number(Number.parseFloat(text)) : value;
}

/** The value of a plain string; escapes are left as they are written, which no rule reads. */
function stringOf(text: string): { type: 'constant'; value: string } | { type: 'literal' } {
  const found = /^([a-zA-Z]*)("""|'''|"|')([^]*?)\2?$/.exec(text);
  if (found === null || /b/i.test(found[1]!)) return { type: 'literal' };
  return { type: 'constant', value: found[3]! };
}
