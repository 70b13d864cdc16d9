/** Values of expressions, and the names and properties that they are given to. */
import type { SyntaxNode } from '@lezer/common';
import type { Range } from '../python/ast';
import { CALENDAR } from '../rules/tfjs';
import { Calls } from './calls';
import { NAMES } from './names';
import { combined } from './operators';
import { sameValue, type Scope } from './scope';
import { childrenOf, declaratorsOf, isToken, literalOf, propertyName } from './syntax';
import { type ObjectValue, UNDEFINED, UNKNOWN, type Value } from './values';

const ONE: Value = { kind: 'constant', value: 1 };

export abstract class Expressions extends Calls {
  protected abstract statement(node: SyntaxNode): void;

  /** @param isArgument whether it is handed on to whoever is called */
  protected value(node: SyntaxNode, isArgument = false): Value {
    const literal = literalOf(node, this.program.text);
    switch (node.name) {
      case 'String':
        this.text(node);
        break;
      case 'TemplateString':
        return this.template(node);
      case 'VariableName':
        return this.referred(this.lookup(this.textOf(node)), node, isArgument);
      case 'this':
      case 'super':
        return this.scope.get(node.name) ?? UNKNOWN;
      case 'MemberExpression':
        return this.referred(this.memberOf(node).value, node, isArgument);
      case 'CallExpression':
      case 'NewExpression':
        return this.call(node);
      case 'DynamicImport': {
        const specifier = node.getChild('String');
        return specifier ? this.module(specifier) : this.parts(node);
      }
      case 'ParenthesizedExpression':
      case 'AwaitExpression':
      case 'InstantiationExpression':
      case 'PrefixCast':
      case 'SequenceExpression':
        return this.parts(node);
      case 'ArrowFunction':
      case 'FunctionExpression':
        return this.functionOf(node);
      case 'ClassExpression':
        return this.classOf(node);
      case 'ObjectExpression':
        return this.object(node);
      case 'ArrayExpression': {
        const items = childrenOf(node).filter((child) => !isToken(child));
        const hasSpread = node.getChild('Spread') !== null;
        const values = items.map((item) => this.value(item));
        return hasSpread ? UNKNOWN : { kind: 'array', items: values };
      }
      case 'BinaryExpression':
        return this.binary(node);
      case 'UnaryExpression':
      case 'PostfixExpression':
        return this.unary(node);
      case 'ConditionalExpression': {
        const [test, body, otherwise] = childrenOf(node).filter((child) => !isToken(child));
        if (test) this.value(test);
        const one = body ? this.value(body, isArgument) : UNKNOWN;
        const other = otherwise ? this.value(otherwise, isArgument) : UNKNOWN;
        return sameValue(one, other) ? one : UNKNOWN;
      }
      case 'AssignmentExpression':
        return this.assignment(node);
      default:
        if (literal === undefined) {
          this.statement(node);
          return UNKNOWN;
        }
    }
    return { kind: 'constant', value: literal! };
  }

  /** The value of the last part; `undefined` where there is none. */
  protected parts(node: SyntaxNode): Value {
    let value: Value = UNDEFINED;
    for (const child of childrenOf(node)) if (!isToken(child)) value = this.value(child);
    return value;
  }

  protected bind(target: SyntaxNode, value: Value, declaredIn?: Scope): void {
    const children = childrenOf(target);
    const defaulted = (given: Value, initial?: SyntaxNode): Value => {
      if (!initial) return given;
      const fallback = this.value(initial);
      return given.kind === 'constant' && given.value === null ? fallback : given;
    };
    switch (target.name) {
      case 'VariableDefinition':
      case 'VariableName':
        if (declaredIn) declaredIn.declare(this.textOf(target), value);
        else this.scope.assign(this.textOf(target), value);
        return;
      case 'ObjectPattern':
        for (const property of target.getChildren('PatternProperty')) {
          const parts = childrenOf(property);
          const [declared] = declaratorsOf(parts);
          if (!declared) continue;
          const name = propertyName(parts, this.program.text) ?? this.textOf(declared.target);
          const part = declared.rest ? UNKNOWN : defaulted(this.property(value, name), declared.initial);
          this.bind(declared.target, part, declaredIn);
        }
        return;
      case 'ArrayPattern':
        for (const { target: item, initial, rest, at } of declaratorsOf(children)) {
          const part =
            value.kind === 'array'
              ? (value.items[at] ?? UNDEFINED)
              : value.kind === 'varying'
                ? value
                : UNKNOWN;
          this.bind(item, rest ? UNKNOWN : defaulted(part, initial), declaredIn);
        }
        return;
      case 'MemberExpression': {
        const { owner, name } = this.memberOf(target);
        if (owner.kind === 'object' && name !== undefined) owner.entries.set(name, value);
        if (owner.kind !== 'api' || name === undefined) return;
        const api = NAMES.canonical(`${owner.path}.${name}`);
        this.seen.push({ seen: 'replaced', api, cell: this.program.cell, value });
        return;
      }
      default:
        // Nothing else can be assigned to.
        return;
    }
  }

  private assignment(node: SyntaxNode): Value {
    const [target, operator, source] = childrenOf(node);
    if (!target || !source) return this.parts(node);
    const value = this.value(source);
    if (operator?.name === 'Equals') {
      this.bind(target, value);
      return value;
    }
    const before = this.value(target);
    const after = combined(this.textOf(operator!).slice(0, -1), before, value);
    this.bind(target, after);
    return after;
  }

  protected memberOf(node: SyntaxNode): { owner: Value; name?: string; value: Value } {
    const [object, , ...rest] = childrenOf(node);
    const owner = object ? this.value(object) : UNKNOWN;
    const last = rest.find((child) => !isToken(child));
    if (!last) return { owner, value: UNKNOWN };
    const key = /PropertyName$/.test(last.name) ? undefined : this.value(last);
    const isKnown = key === undefined || (key.kind === 'constant' && key.value !== null);
    if (!isKnown) return { owner, value: owner.kind === 'varying' ? owner : UNKNOWN };
    const name = key === undefined ? this.textOf(last) : String(key.kind === 'constant' && key.value);
    return { owner, name, value: this.property(owner, name) };
  }

  protected property(owner: Value, name: string): Value {
    switch (owner.kind) {
      case 'api':
        return { kind: 'api', path: NAMES.canonical(`${owner.path}.${name}`) };
      case 'instance':
        return { kind: 'api', path: `${owner.path}.${name}` };
      case 'object': {
        const unknown = owner.open || owner.path ? UNKNOWN : UNDEFINED;
        const inherited: Value = owner.path ? { kind: 'api', path: `${owner.path}.${name}` } : unknown;
        return owner.entries.get(name) ?? inherited;
      }
      case 'array':
        return owner.items[Number(name)] ?? UNKNOWN;
      case 'class':
        return owner.statics.get(name) ?? UNKNOWN;
      case 'varying':
        return owner.reads && CALENDAR.test(name) ? { ...owner, reads: 'calendar' } : owner;
      default:
        return UNKNOWN;
    }
  }

  private object(node: SyntaxNode): ObjectValue {
    const object: ObjectValue = { kind: 'object', entries: new Map(), open: false };
    for (const property of node.getChildren('Property')) {
      const children = childrenOf(property);
      const name = propertyName(children, this.program.text);
      const last = children.at(-1)!;
      if (children[0]?.name === 'Spread') {
        const spread = this.value(last);
        if (spread.kind !== 'object') object.open = true;
        else {
          for (const [key, value] of spread.entries) object.entries.set(key, value);
          object.open ||= spread.open;
        }
      } else if (property.getChild('ParamList')) {
        const method = this.functionOf(property, object);
        if (name !== undefined) object.entries.set(name, method);
      } else {
        const isShort = children.length === 1;
        const value = isShort ? this.lookup(this.textOf(last)) : isToken(last) ? UNKNOWN : this.value(last);
        if (name === undefined) object.open = true;
        else object.entries.set(name, value);
      }
    }
    return object;
  }

  private template(node: SyntaxNode): Value {
    this.text(node);
    const parts = node
      .getChildren('Interpolation')
      .flatMap((part) =>
        childrenOf(part).filter((child) => !isToken(child) && !/^Interpolation/.test(child.name)),
      )
      .map((part) => this.value(part));
    const varying = parts.find(({ kind }) => kind === 'varying');
    if (varying) return varying;
    return parts.length > 0 ? UNKNOWN : { kind: 'constant', value: this.textOf(node).slice(1, -1) };
  }

  private binary(node: SyntaxNode): Value {
    const [first, operation, second] = childrenOf(node);
    const left = first ? this.value(first) : UNKNOWN;
    const operator = operation ? this.textOf(operation) : '';
    // `as` and `satisfies` say its type.
    if (!second || isToken(second)) return left;
    const right = this.value(second);
    if (/^[-*/%<>]/.test(operator)) this.clocks(operator, left, right);
    return combined(operator, left, right);
  }

  /** Two readings give the time that passed, and one with what is unknown may: that is what clocks are mostly read for. */
  private clocks(operator: string, left: Value, right: Value): void {
    const [reading, other] = left.kind === 'varying' ? [left, right] : [right, left];
    if (reading.kind !== 'varying' || other.kind === 'varying' || !reading.reads) return;
    const isDate =
      (other.kind === 'constant' && Boolean(other.value)) ||
      (other.kind === 'instance' && other.path === 'Date');
    const isScaled = /^[*/]/.test(operator);
    if (reading.reads === 'time' && (isScaled || !isDate)) return;
    const { api, cell, from, to } = reading;
    this.seen.push({ seen: 'clock', api, cell, range: { from, to } });
  }

  private unary(node: SyntaxNode): Value {
    const children = childrenOf(node);
    const operand = children.find((child) => !isToken(child));
    const operator = this.textOf(children.find((child) => child !== operand) ?? node);
    if (!operand) return UNKNOWN;
    const value = this.value(operand);
    const number = value.kind === 'constant' && typeof value.value === 'number' ? value.value : undefined;
    if (operator === '++' || operator === '--') {
      this.bind(operand, number === undefined ? UNKNOWN : combined(operator[0]!, value, ONE));
      return UNKNOWN;
    }
    if (node.name === 'PostfixExpression') return value;
    if (operator === '-' && number !== undefined) return { kind: 'constant', value: -number };
    return value.kind === 'varying' || operator === '+' ? value : UNKNOWN;
  }

  private referred(value: Value, { from, to }: Range, isArgument: boolean): Value {
    if (value.kind === 'api' && isArgument) {
      this.seen.push({ seen: 'reference', api: value.path, cell: this.program.cell, range: { from, to } });
    }
    return value;
  }
}
