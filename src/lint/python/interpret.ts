/**
 * Goes through a notebook's cells in order, as a kernel would, with values of which only so much is known as a rule asks
 * for: names of libraries, constants, and what came from where. Loops are gone through once, both sides of an `if` one
 * after the other, and a function of the notebook's own where it is called.
 */
import type { Call, Definition, Expression, Parameter, Statement } from './ast';
import { BUILTINS, givenBy, KEEPS_ORDER, ORDER_FREE } from './builtins';
import { attributeOf, baseOf, classAttribute, decorated, instanceOf, memberOf } from './objects';
import { combined } from './operators';
import {
  type ArgumentValue,
  type ClassValue,
  type Context,
  type FunctionValue,
  type Lambda,
  sameValue,
  Scope,
  type Seen,
  type SeenCall,
  UNKNOWN,
  type Value,
} from './values';

export type Library = {
  /** The name that rules use: `tensorflow.keras.layers.Dense` is `keras.layers.Dense`. */
  canonical(path: string): string;
  /** Whether a module has a member of that name, as far as rules know: for `from m import *`. */
  has(module: string, name: string): boolean;
  /** The type of what a call gives; undefined where the call's own name serves. */
  typeOf(api: string): string | undefined;
  /** Whether what it gives is another value each time. */
  varies(api: string): boolean;
};

/** Whether a function that stands there is handed on, to be called. */
const TAKES_FUNCTIONS = new Set(['argument', 'map', 'filter', 'sorted', 'min', 'max', 'iter']);
const DEEPEST = 4;
const MOST_CALLS = 5000;

export class Interpreter {
  readonly seen: Seen[] = [];
  private readonly globals = new Scope();
  private scope = this.globals;
  private cell = 0;
  private depth = 0;
  private calls = 0;
  private readonly called = new Set<Definition | Lambda>();
  private readonly active = new Set<Definition | Lambda>();
  private readonly defined: FunctionValue[] = [];
  private returned: Value | undefined;
  private statementOf: Context['statement'] = { cell: 0, from: 0, to: 0 };
  private loops = 0;
  private compiled = false;
  private uncalled: string | undefined;

  constructor(private readonly library: Library) {}

  run(cell: number, statements: readonly Statement[]): void {
    this.cell = cell;
    for (const statement of statements) {
      this.statementOf = { cell, from: statement.from, to: statement.to };
      this.statement(statement);
    }
  }

  /** What was defined and never called is looked at with everything that the notebook has done by then. */
  finish(): void {
    for (const each of [...this.defined]) {
      const { definition, cell } = each;
      if (this.called.has(definition)) continue;
      this.statementOf = { cell, from: definition.from, to: definition.to };
      this.uncalled = definition.type === 'lambda' ? 'lambda' : definition.name;
      this.invoke(each, []);
    }
  }

  private block(statements: readonly Statement[]): void {
    for (const statement of statements) this.statement(statement);
  }

  private statement(statement: Statement): void {
    switch (statement.type) {
      case 'import':
        for (const { path, as } of statement.names) {
          const root = as === undefined ? path.split('.')[0]! : path;
          this.scope.set(as ?? root, { kind: 'api', path: root });
          this.seen.push({ seen: 'import', path, cell: this.cell, statement });
        }
        return;
      case 'import-from':
        this.seen.push({ seen: 'import', path: statement.module, cell: this.cell, statement });
        if (statement.names === '*') this.scope.stars.unshift(statement.module);
        else {
          for (const { name, as } of statement.names) {
            const isOwn = statement.module.startsWith('.');
            this.scope.set(as, isOwn ? UNKNOWN : { kind: 'api', path: `${statement.module}.${name}` });
          }
        }
        return;
      case 'assign': {
        if (statement.value === undefined) return;
        const value = this.value(statement.value, 'assignment');
        for (const target of statement.targets) this.bind(target, value, statement);
        return;
      }
      case 'update': {
        const value = this.value(statement.value, 'operator');
        this.value(statement.target, 'operator');
        this.bind(statement.target, value.kind === 'varying' ? value : UNKNOWN, statement);
        return;
      }
      case 'expression':
        this.value(statement.value, undefined);
        return;
      case 'function':
        this.define(statement);
        return;
      case 'class':
        this.defineClass(statement);
        return;
      case 'if':
        this.ways(
          statement.branches.map(({ test, body }) => () => {
            if (test) this.value(test, 'test');
            this.block(body);
          }),
          statement.branches.every(({ test }) => test !== undefined),
        );
        return;
      case 'for': {
        const iterable = this.value(statement.iterable, 'for');
        this.iterated(iterable, statement.iterable, 'a loop');
        this.bind(statement.target, UNKNOWN, statement);
        this.loop(statement.body);
        this.block(statement.otherwise);
        return;
      }
      case 'while':
        this.value(statement.test, 'test');
        this.loop(statement.body);
        this.block(statement.otherwise);
        return;
      case 'with':
        for (const { value, target } of statement.items) {
          const entered = this.value(value, 'with');
          if (target) this.bind(target, entered, statement);
        }
        this.block(statement.body);
        return;
      case 'try':
        for (const name of statement.names) this.scope.set(name, UNKNOWN);
        this.ways(
          statement.bodies.map((body) => () => this.block(body)),
          false,
        );
        return;
      case 'return':
        this.give(
          statement.value ? this.value(statement.value, 'return') : { kind: 'constant', value: null },
        );
        return;
      case 'delete':
        for (const target of statement.targets)
          if (target.type === 'name') this.scope.set(target.name, UNKNOWN);
        return;
      case 'other':
        for (const part of statement.parts) this.value(part, 'statement');
        this.block(statement.body);
    }
  }

  private loop(body: readonly Statement[]): void {
    this.loops += 1;
    this.block(body);
    this.loops -= 1;
  }

  /** @param mayPass whether none of them need be taken */
  private ways(ways: (() => void)[], mayPass: boolean): void {
    const { scope } = this;
    const before = scope.snapshot();
    const after = ways.map((way) => {
      scope.restore(before);
      way();
      return scope.snapshot();
    });
    scope.join(mayPass ? [before, ...after] : after);
  }

  private give(value: Value): void {
    const same = this.returned === undefined || sameValue(this.returned, value);
    this.returned = same ? value : UNKNOWN;
  }

  private define(definition: Definition): void {
    const decorators = definition.decorators.map((decorator) => this.value(decorator, 'decorator'));
    for (const { fallback } of definition.parameters) if (fallback) this.value(fallback, 'default');
    const { scope, cell } = this;
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

  private defineClass(statement: Extract<Statement, { type: 'class' }>): void {
    for (const decorator of statement.decorators) this.value(decorator, 'decorator');
    const { name } = statement;
    const bases = statement.bases.map(({ value }) => this.value(value, 'base'));
    const members = new Scope(this.scope);
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
    for (const each of this.defined.slice(before)) if (!decorated(each, 'staticmethod')) each.self = self;
  }

  private within<T>(scope: Scope, work: () => T): T {
    const outer = this.scope;
    this.scope = scope;
    try {
      return work();
    } finally {
      this.scope = outer;
    }
  }

  private bind(target: Expression, value: Value, statement: Statement): void {
    switch (target.type) {
      case 'name':
        this.scope.set(target.name, value);
        return;
      case 'tuple':
      case 'list':
        target.items.forEach((item, i) => {
          this.bind(item, this.partOf(value, i, target.items.length), statement);
        });
        return;
      case 'starred':
        this.bind(target.value, UNKNOWN, statement);
        return;
      case 'attribute': {
        const owner = this.value(target.value, 'attribute');
        if (owner.kind === 'instance') owner.attributes?.set(target.name, value);
        if (owner.kind === 'class') owner.members.set(target.name, value);
        if (owner.kind === 'api' || owner.kind === 'instance') {
          const api = this.library.canonical(`${owner.path}.${target.name}`);
          this.setting(api, value, statement);
        }
        return;
      }
      case 'subscript': {
        const owner = this.value(target.value, 'attribute');
        const [index] = target.index.map((each) => this.value(each, 'index'));
        if (owner.kind === 'api' && index?.kind === 'constant') {
          this.setting(`${this.library.canonical(owner.path)}.${String(index.value)}`, value, statement);
        }
        return;
      }
      default:
        // Nothing else can be assigned to.
        return;
    }
  }

  private setting(api: string, value: Value, statement: Statement): void {
    const assigned = statement.type === 'assign' && statement.value ? { assigned: statement.value } : {};
    this.seen.push({ seen: 'setting', api, cell: this.cell, statement, value, ...assigned });
  }

  /** What one of several names gets. */
  private partOf(value: Value, i: number, count: number): Value {
    if (value.kind === 'sequence' && value.items.length === count) return value.items[i]!;
    if (value.kind === 'varying') return value;
    const each = value.kind === 'instance' ? this.library.typeOf(`${value.path}[]`) : undefined;
    return each === undefined ? UNKNOWN : { kind: 'instance', path: each };
  }

  /** @param consumer what takes the value at once; undefined where it is dropped */
  private value(expression: Expression, consumer: string | undefined): Value {
    switch (expression.type) {
      case 'constant':
        return { kind: 'constant', value: expression.value };
      case 'name':
        return this.referred(this.lookup(expression.name), expression, consumer);
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
        return this.lambda(expression, consumer);
      case 'binary': {
        const left = this.value(expression.left, 'operator');
        const right = this.value(expression.right, 'operator');
        this.clocks(left, right);
        return combined(expression.operator, left, right);
      }
      case 'unary': {
        const operand = this.value(expression.operand, 'operator');
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

  /** Two readings give the time that passed, which is what clocks are mostly read for. */
  private clocks(left: Value, right: Value): void {
    if (left.kind === 'varying' && right.kind === 'varying') return;
    for (const side of [left, right]) {
      if (side.kind !== 'varying') continue;
      const { api, cell, call } = side.seen;
      this.seen.push({ seen: 'clock', api, cell, expression: call });
    }
  }

  private lookup(name: string): Value {
    const known = this.scope.get(name);
    if (known) return known;
    const star = this.scope.starred().find((module) => this.library.has(module, name));
    if (star !== undefined) return { kind: 'api', path: `${star}.${name}` };
    return BUILTINS.has(name) ? { kind: 'api', path: name } : UNKNOWN;
  }

  private member(
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
      case 'varying':
        return owner;
      default:
        return UNKNOWN;
    }
  }

  /** A function of a library that is handed on: `map(random.random, xs)`, `key=random.random`. */
  private referred(value: Value, expression: Expression, consumer: string | undefined): Value {
    if (value.kind === 'api' && TAKES_FUNCTIONS.has(consumer ?? '')) {
      const api = this.library.canonical(value.path);
      this.seen.push({ seen: 'reference', api, cell: this.cell, expression, context: this.context() });
    }
    return value;
  }

  private call(call: Call, consumer: string | undefined): Value {
    const callee = this.value(call.callee, 'call');
    const name = callee.kind === 'api' ? this.library.canonical(callee.path) : undefined;
    const args = call.args.map(({ value, ...rest }, i): ArgumentValue => {
      const taken = name === 'functools.partial' && i === 0 ? 'partial' : name;
      const isNamed = taken !== undefined && (BUILTINS.has(taken) || taken === 'partial');
      return { ...rest, value: this.value(value, isNamed ? taken : 'argument'), expression: value };
    });
    return this.applied(callee, call, args, consumer);
  }

  private applied(callee: Value, call: Call, args: ArgumentValue[], consumer: string | undefined): Value {
    switch (callee.kind) {
      case 'function':
        return this.invoke(callee, args);
      case 'class':
        return this.instantiate(callee, args, call, consumer);
      case 'partial':
        return this.applied(callee.callee, call, [...callee.args, ...args], consumer);
      case 'api':
        return this.ofLibrary(this.library.canonical(callee.path), call, args, consumer, callee.on);
      case 'instance': {
        const method = attributeOf(callee, '__call__') ?? attributeOf(callee, 'forward');
        if (method?.kind === 'function') return this.invoke(method, args);
        return this.ofLibrary(`${callee.path}()`, call, args, consumer);
      }
      default:
        return this.unknownCall(call, callee, args, consumer);
    }
  }

  private ofLibrary(
    api: string,
    call: Call,
    args: ArgumentValue[],
    consumer: string | undefined,
    receiver?: Value,
  ): Value {
    if (api === 'functools.partial' && args[0]) {
      return { kind: 'partial', callee: args[0].value, args: args.slice(1) };
    }
    const isBuiltin = BUILTINS.has(api);
    if (isBuiltin && KEEPS_ORDER.has(api)) {
      for (const { value, expression } of args) {
        if (!ORDER_FREE.has(consumer ?? '')) this.iterated(value, expression, `${api}()`);
      }
    }
    const seen = this.note(api, call, args, consumer, receiver);
    this.handOn(seen);
    const given = isBuiltin ? givenBy(api, args) : undefined;
    if (given) return given;
    if (this.library.varies(api)) return { kind: 'varying', api, seen };
    return { kind: 'instance', path: this.library.typeOf(api) ?? api, made: seen };
  }

  /** Functions that a library is handed are called by it, once at least. */
  private handOn(seen: SeenCall): void {
    const before = this.seen.length;
    for (const { value } of seen.args) if (value.kind === 'function') this.invoke(value, []);
    if (this.seen.length > before) seen.handed = this.seen.slice(before);
  }

  private note(
    api: string,
    call: Call,
    args: ArgumentValue[],
    consumer: string | undefined,
    receiver?: Value,
  ): SeenCall {
    const seen: SeenCall = {
      seen: 'call',
      api,
      cell: this.cell,
      call,
      args,
      context: this.context(),
      ...(receiver ? { receiver } : {}),
      ...(consumer === undefined ? {} : { consumer }),
    };
    this.seen.push(seen);
    return seen;
  }

  private context(): Context {
    const { statementOf: statement, loops, compiled, uncalled } = this;
    return { statement, inLoop: loops > 0, compiled, ...(uncalled === undefined ? {} : { uncalled }) };
  }

  /** A method of something unknown: rules know some by their name alone. */
  private unknownCall(call: Call, callee: Value, args: ArgumentValue[], consumer: string | undefined): Value {
    if (callee.kind === 'varying') return callee;
    if (call.callee.type !== 'attribute') return UNKNOWN;
    if (call.callee.name === 'join')
      for (const { value, expression } of args) this.iterated(value, expression, 'join');
    const seen = this.note(`?.${call.callee.name}`, call, args, consumer);
    this.handOn(seen);
    const type = this.library.typeOf(seen.api);
    return type === undefined ? UNKNOWN : { kind: 'instance', path: type };
  }

  private iterated(value: Value, expression: Expression, consumer: string): void {
    if (value.kind !== 'set' || !value.strings) return;
    this.seen.push({ seen: 'set-order', cell: this.cell, expression, consumer });
  }

  private comprehension(
    expression: Extract<Expression, { type: 'comprehension' }>,
    consumer: string | undefined,
  ): Value {
    return this.within(new Scope(this.scope), () => {
      const isOrdered = expression.kind !== 'set' && !ORDER_FREE.has(consumer ?? '');
      for (const { target, iterable } of expression.clauses) {
        const value = this.value(iterable, isOrdered ? 'for' : 'set');
        if (isOrdered) this.iterated(value, iterable, 'a comprehension');
        this.bind(target, UNKNOWN, { ...expression, type: 'other', parts: [], body: [] });
      }
      this.loops += 1;
      for (const condition of expression.conditions) this.value(condition, 'test');
      const elements = expression.elements.map((element) => this.value(element, expression.kind));
      this.loops -= 1;
      if (expression.kind === 'set') return { kind: 'set', strings: true };
      return elements.find(({ kind }) => kind === 'varying') ?? UNKNOWN;
    });
  }

  private dict(expression: Extract<Expression, { type: 'dict' }>): Value {
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

  private lambda(expression: Lambda, consumer: string | undefined): Value {
    const value: FunctionValue = {
      kind: 'function',
      definition: expression,
      scope: this.scope,
      cell: this.cell,
    };
    this.defined.push(value);
    // Whoever is handed it calls it, with what it knows; elsewhere it is looked at here.
    if (!TAKES_FUNCTIONS.has(consumer ?? '')) this.invoke(value, []);
    return value;
  }

  private subscript(expression: Extract<Expression, { type: 'subscript' }>): Value {
    const owner = this.value(expression.value, 'subscript');
    const [index] = expression.index.map((each) => this.value(each, 'index'));
    if (index?.kind === 'constant') {
      if (owner.kind === 'dict') return owner.entries.get(String(index.value)) ?? UNKNOWN;
      if (owner.kind === 'sequence' && typeof index.value === 'number')
        return owner.items.at(index.value) ?? UNKNOWN;
    }
    if (owner.kind === 'instance' && this.library.typeOf(`${owner.path}[]`)) return owner;
    return owner.kind === 'varying' ? owner : UNKNOWN;
  }

  private instantiate(
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

  private invoke({ definition, scope, cell, self, compiled }: FunctionValue, args: ArgumentValue[]): Value {
    this.called.add(definition);
    if (this.active.has(definition) || this.depth >= DEEPEST || ++this.calls > MOST_CALLS) return UNKNOWN;
    const outer = { cell: this.cell, returned: this.returned, compiled: this.compiled };
    this.active.add(definition);
    this.depth += 1;
    this.cell = cell;
    this.returned = undefined;
    this.compiled ||= compiled === true;
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
    }
  }

  private bindParameters(parameters: Parameter[], args: ArgumentValue[], local: Scope, self?: Value): void {
    const positional = args.filter(({ name, star }) => name === undefined && star === undefined);
    if (self) positional.unshift({ value: self, expression: { from: 0, to: 0, type: 'literal' } });
    parameters.forEach(({ name, star, fallback }, i) => {
      const given = args.find((arg) => arg.name === name) ?? (star ? undefined : positional[i]);
      if (given) local.set(name, given.value);
      else if (fallback && !(fallback.type === 'constant' && fallback.value === null)) {
        local.set(name, fallback.type === 'constant' ? { kind: 'constant', value: fallback.value } : UNKNOWN);
        // A parameter that is None by default is for callers to give.
      } else local.set(name, UNKNOWN);
    });
  }
}
