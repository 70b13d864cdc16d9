/** What expressions give, as far as it can be known without running them. */
import type { Expression } from '../ast';
import { isNumber, isOfNumbers, isWhole, NUMBERS_IN_ORDER, ORDER_FREE } from '../builtins';
import { attributeOf, classAttribute } from '../objects';
import { combined } from '../operators';
import { Calls } from './calls';
import { alternative, noneness } from './none';
import { sameValue, Scope, UNKNOWN, type Value } from '../values';

/** Whether a function that stands there is handed on, to be called. */
const TAKES_FUNCTIONS = new Set(['argument', 'map', 'filter', 'sorted', 'min', 'max', 'iter']);
/** Names for a time from which others are counted. */
const SINCE = /^_*(t\d?|tic|start|begin|since|prev|last)|(start|begin|tic|started)(_?time)?$|_(start|t0)$/i;

export abstract class Expressions extends Calls {
  /** @param consumer what takes the value at once; undefined where it is dropped */
  protected value(expression: Expression, consumer: string | undefined): Value {
    switch (expression.type) {
      case 'constant':
        return { kind: 'constant', value: expression.value };
      case 'name': {
        const value = this.lookup(expression.name);
        if (value.kind === 'instance') value.made?.uses.push(consumer ?? '');
        return this.referred(value, expression, consumer);
      }
      case 'attribute':
        return this.referred(this.member(expression, consumer), expression, consumer);
      case 'call':
        return this.call(expression, consumer);
      case 'format': {
        const parts = expression.parts.map((part) => this.value(part, 'format'));
        return parts.find(({ kind }) => kind === 'varying') ?? (parts.length > 0 ? UNKNOWN : UNKNOWN);
      }
      case 'list':
      case 'tuple':
        for (const item of expression.items) this.spread(item, `a ${expression.type}`);
        return { kind: 'sequence', items: expression.items.map((item) => this.value(item, expression.type)) };
      case 'set': {
        const items = expression.items.map((item) => this.value(item, 'set'));
        const strings = !items.every((item) => item.kind === 'constant' && typeof item.value !== 'string');
        return { kind: 'set', strings };
      }
      case 'dict':
        return this.dict(expression);
      case 'comprehension':
        return this.comprehension(expression, consumer);
      case 'lambda':
        return this.lambda(expression);
      case 'binary':
        return this.binary(expression, consumer);
      case 'unary': {
        const operand = this.value(expression.operand, expression.operator === 'not' ? 'not' : 'operator');
        if (expression.operator === '-' && operand.kind === 'constant' && typeof operand.value === 'number') {
          return { kind: 'constant', value: -operand.value };
        }
        return operand.kind === 'varying' ? operand : UNKNOWN;
      }
      case 'conditional': {
        this.value(expression.test, 'test');
        const body = this.value(expression.body, consumer);
        const otherwise = this.value(expression.otherwise, consumer);
        return sameValue(body, otherwise) ? body : UNKNOWN;
      }
      case 'subscript':
        return this.subscript(expression);
      case 'starred':
        this.value(expression.value, 'starred');
        return UNKNOWN;
      case 'named': {
        const value = this.value(expression.value, 'assignment');
        if (expression.target.type === 'name') this.scope.set(expression.target.name, value);
        return value;
      }
      case 'literal':
        return UNKNOWN;
      case 'other':
        for (const part of expression.parts) this.value(part, 'operator');
        return UNKNOWN;
    }
  }

  protected binary(
    { operator, left, right }: Extract<Expression, { type: 'binary' }>,
    consumer: string | undefined,
  ): Value {
    if (operator === 'or' || operator === 'and') {
      const first = this.value(left, consumer);
      const isNone = operator === 'or' ? noneness(first) : undefined;
      return isNone === false ? first : alternative(first, this.value(right, consumer), isNone);
    }
    const taken = /\bin$/.test(operator) ? 'in' : ORDER_FREE.has(consumer ?? '') ? consumer : 'operator';
    const one = this.value(left, taken === 'in' ? 'operator' : taken);
    const other = this.value(right, taken);
    if (!(operator === '-' && (SINCE.test(this.nameOf(left)) || SINCE.test(this.nameOf(right))))) {
      this.clocks(one, other);
    }
    if (operator === '/' && one.kind === 'instance' && one.path === 'pathlib.Path') return one;
    return combined(operator, one, other);
  }

  protected nameOf(expression: Expression): string {
    return expression.type === 'name' || expression.type === 'attribute' ? expression.name : '';
  }

  protected member(
    expression: Extract<Expression, { type: 'attribute' }>,
    consumer: string | undefined,
  ): Value {
    const { name } = expression;
    const owner = this.value(expression.value, `.${name}`);
    switch (owner.kind) {
      case 'api':
        return { kind: 'api', path: `${owner.path}.${name}` };
      case 'instance': {
        const own = attributeOf(owner, name);
        if (own) return own;
        const path = `${owner.path}.${name}`;
        // A column of a frame can be drawn from as the frame can.
        const type = consumer === 'call' ? undefined : this.library.typeOf(path);
        return type === undefined ? { kind: 'api', path, on: owner } : { kind: 'instance', path: type };
      }
      case 'class':
        return classAttribute(owner, name);
      case 'set':
      case 'dict':
        return { kind: 'api', path: `${owner.kind}.${name}`, on: owner };
      case 'varying':
        return owner;
      default:
        return UNKNOWN;
    }
  }

  /** A function of a library that is handed on: `map(random.random, xs)`, `key=random.random`. */
  protected referred(value: Value, expression: Expression, consumer: string | undefined): Value {
    if (value.kind === 'api' && TAKES_FUNCTIONS.has(consumer ?? '')) {
      const api = this.library.canonical(value.path);
      const { beside, cell } = this;
      this.seen.push({ seen: 'reference', api, cell, expression, context: this.context(), beside });
    }
    return value;
  }

  protected comprehension(
    expression: Extract<Expression, { type: 'comprehension' }>,
    consumer: string | undefined,
  ): Value {
    return this.within(new Scope(this.scope), () => {
      const isFree = expression.kind === 'set' || ORDER_FREE.has(consumer ?? '');
      // A list of one order hands it on: what takes the list decides.
      const isHandedOn = expression.kind === 'list' && expression.clauses.length === 1;
      let handed: Value = UNKNOWN;
      const taken: [value: Value, iterable: Expression][] = [];
      for (const { target, iterable } of expression.clauses) {
        const value = this.value(iterable, isFree ? (consumer ?? 'set') : isHandedOn ? consumer : 'for');
        if (isHandedOn && value.kind === 'instance' && value.made)
          handed = { kind: 'instance', path: 'list', made: value.made };
        taken.push([value, iterable]);
        this.bind(target, elementOf(value), { ...expression, type: 'other', parts: [], body: [] });
      }
      this.loops += 1;
      for (const condition of expression.conditions) this.value(condition, 'test');
      const elements = expression.elements.map((element) => this.value(element, expression.kind));
      this.loops -= 1;
      // Fractions that are added up in another order give other last digits; whole numbers do not.
      const isAdded = consumer === 'sum' && !elements.every(isWhole);
      if (!isFree || isAdded) {
        for (const [value, iterable] of taken) this.iterated(value, iterable, 'a comprehension');
      }
      const isNumeric = elements.length > 0 && elements.every(isNumber);
      if (expression.kind === 'set') return { kind: 'set', strings: !isNumeric };
      return elements.find(({ kind }) => kind === 'varying') ?? (isNumeric ? NUMBERS_IN_ORDER : handed);
    });
  }

  protected dict(expression: Extract<Expression, { type: 'dict' }>): Value {
    const entries = new Map<string, Value>();
    let open = false;
    for (const { key, value } of expression.entries) {
      const name = key && this.value(key, 'dict');
      const given = this.value(value, 'dict');
      if (name?.kind === 'constant' && typeof name.value === 'string') entries.set(name.value, given);
      else open = true;
    }
    return { kind: 'dict', entries, open };
  }

  protected subscript(expression: Extract<Expression, { type: 'subscript' }>): Value {
    const owner = this.value(expression.value, 'subscript');
    const [index] = expression.index.map((each) => this.value(each, 'index'));
    if (index?.kind === 'constant') {
      if (owner.kind === 'dict') return owner.entries.get(String(index.value)) ?? UNKNOWN;
      if (owner.kind === 'sequence' && typeof index.value === 'number')
        return owner.items.at(index.value) ?? UNKNOWN;
    }
    if (owner.kind === 'instance') {
      const part = this.library.typeOf(`${owner.path}[]`);
      if (isOfNumbers(owner) || part === owner.path) return owner;
      if (part !== undefined) return { kind: 'instance', path: part };
    }
    return owner.kind === 'varying' ? owner : UNKNOWN;
  }
}

/** What a loop over it gives each time. */
export function elementOf(iterable: Value): Value {
  return isOfNumbers(iterable) && iterable.kind === 'instance' ? { kind: 'instance', path: 'int' } : UNKNOWN;
}
