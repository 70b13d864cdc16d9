/** Python text to the tree of `ast.ts`, by Lezer's grammar. Never fails: what is broken is left out or `other`. */
import type { SyntaxNode } from '@lezer/common';
import { parser } from '@lezer/python';
import type { Expression, Statement } from '../ast';
import { Expressions } from './expressions';
import { childrenOf, isToken, split, untilBody } from './nodes';

export function parsePython(source: string): Statement[] {
  const text = source.replace(BARE_POINT, (number) => `${number.slice(0, -1)} `);
  return new Statements(text).statements(parser.parse(text).topNode);
}

/** `1.`, which the grammar does not know: it takes the point for the beginning of an attribute. */
const BARE_POINT = /(?<![\w.])\d[\d_]*\.(?![\w.])/g;

class Statements extends Expressions {
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
}
