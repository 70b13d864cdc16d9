/** Functions and classes of the notebook: defined, instantiated, called by it and by those that it hands them to. */
import type { Call, Definition, Expression, Parameter, Statement } from '../ast';
import { baseOf, decorated, instanceOf, memberOf } from '../objects';
import { Machine } from './machine';
import {
  type ArgumentValue,
  type ClassValue,
  type FunctionValue,
  type Lambda,
  Scope,
  type SeenCall,
  UNKNOWN,
  type Value,
} from '../values';

const DEEPEST = 8;
const MOST_CALLS = 5000;

export abstract class Functions extends Machine {
  protected define(definition: Definition): void {
    const decorators = definition.decorators.map((decorator) => this.value(decorator, 'decorator'));
    for (const { fallback } of definition.parameters) if (fallback) this.value(fallback, 'default');
    const { cell } = this;
    const scope = this.scope.isClass ? this.scope.parent! : this.scope;
    const isCompiled = decorators.some((value) => 'path' in value && value.path.startsWith('numba.'));
    const made: FunctionValue = {
      kind: 'function',
      definition,
      scope,
      cell,
      ...(isCompiled && { compiled: true }),
    };
    this.scope.set(definition.name, made);
    this.defined.push(made);
  }

  protected defineClass(statement: Extract<Statement, { type: 'class' }>): void {
    for (const decorator of statement.decorators) this.value(decorator, 'decorator');
    const { name } = statement;
    const bases = statement.bases.map(({ value }) => this.value(value, 'base'));
    const members = new Scope(this.scope, true);
    const self: ClassValue['self'] = {
      kind: 'instance',
      path: baseOf({ bases, name }),
      attributes: new Map(),
    };
    const made: ClassValue = { kind: 'class', name, bases, members, cell: this.cell, self };
    self.of = made;
    this.scope.set(name, made);
    const before = this.defined.length;
    this.within(members, () => this.block(statement.body));
    for (const each of this.defined.slice(before)) {
      each.owner = made;
      if (!decorated(each, 'staticmethod')) each.self = self;
    }
  }

  protected lambda(expression: Lambda): Value {
    const value: FunctionValue = {
      kind: 'function',
      definition: expression,
      scope: this.scope,
      cell: this.cell,
    };
    this.defined.push(value);
    return value;
  }

  protected instantiate(
    made: ClassValue,
    args: ArgumentValue[],
    call: Call,
    consumer: string | undefined,
  ): Value {
    const self = instanceOf(made, args);
    const init = memberOf(made, '__init__');
    if (init?.kind === 'function') this.invoke({ ...init, self }, args);
    // Methods that nothing calls are looked at with what the last instance holds.
    for (const [name, value] of self.attributes ?? []) made.self.attributes?.set(name, value);
    this.note(`${self.path}()`, call, args, consumer);
    return self;
  }

  /** @param args undefined where somebody else calls it, with what is not known */
  protected invoke(callee: FunctionValue, args?: ArgumentValue[]): Value {
    const { definition, scope, cell, self, compiled } = callee;
    this.called.add(definition);
    if (this.active.has(definition) || this.depth >= DEEPEST || ++this.calls > MOST_CALLS) return UNKNOWN;
    const outer = {
      cell: this.cell,
      returned: this.returned,
      compiled: this.compiled,
      current: this.current,
    };
    this.active.add(definition);
    this.depth += 1;
    this.cell = cell;
    this.returned = undefined;
    this.compiled ||= compiled === true;
    this.current = callee;
    try {
      const local = new Scope(scope);
      return this.within(local, () => {
        this.bindParameters(definition.parameters, args, local, self);
        if (definition.type === 'lambda') return this.value(definition.body, 'return');
        this.block(definition.body);
        return this.returned ?? UNKNOWN;
      });
    } finally {
      this.active.delete(definition);
      this.depth -= 1;
      this.cell = outer.cell;
      this.returned = outer.returned;
      this.compiled = outer.compiled;
      this.current = outer.current;
    }
  }

  protected bindParameters(
    parameters: Parameter[],
    args: ArgumentValue[] | undefined,
    local: Scope,
    self: Value | undefined,
  ): void {
    const given = args ?? [];
    const isOpen = args === undefined || given.some(({ star }) => star !== undefined);
    const positional = given.filter(({ name, star }) => name === undefined && star === undefined);
    if (self) positional.unshift({ value: self, expression: { from: 0, to: 0, type: 'literal' } });
    const rest = parameters.findIndex(({ star }) => star !== undefined);
    parameters.forEach(({ name, star, fallback }, i) => {
      const byPlace = star !== undefined || (rest >= 0 && i > rest) ? undefined : positional[i];
      const argument = given.find((each) => each.name === name) ?? byPlace;
      if (argument) local.set(name, argument.value);
      else local.set(name, this.fallbackOf(fallback, isOpen));
    });
  }

  /** A parameter that is None by default is for callers to give, where they are not known. */
  protected fallbackOf(fallback: Expression | undefined, isOpen: boolean): Value {
    if (fallback?.type !== 'constant' || (fallback.value === null && isOpen)) return UNKNOWN;
    return { kind: 'constant', value: fallback.value };
  }

  /** `super()`: the instance as its class's base has it. */
  protected base(): Value {
    const { owner, self } = this.current ?? {};
    const base = owner?.bases.find((each) => each.kind === 'class' || each.kind === 'api');
    if (base === undefined || self?.kind !== 'instance') return UNKNOWN;
    const attributes = self.attributes ? { attributes: self.attributes } : {};
    if (base.kind === 'class') return { kind: 'instance', path: baseOf(base), of: base, ...attributes };
    return { kind: 'instance', path: base.kind === 'api' ? base.path : self.path, ...attributes };
  }

  /** Functions that a library is handed are called by it, once at least. */
  protected handOn(seen: SeenCall): void {
    const before = this.seen.length;
    const { inWorker } = this;
    for (const { name, value } of seen.args) {
      if (value.kind !== 'function') continue;
      this.inWorker = inWorker || this.library.isWorker(seen.api, name);
      this.invoke(value);
    }
    this.inWorker = inWorker;
    if (this.seen.length > before) seen.handed = this.seen.slice(before);
  }
}
