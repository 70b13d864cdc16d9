/**
 * Goes through a notebook's cells in order, as a kernel would, with values of which only so much is known as a rule asks
 * for: names of libraries, constants, and what came from where. Loops are gone through once, both sides of an `if` one
 * after the other, and a function of the notebook's own where it is called.
 */
import type { Call, Definition, Expression, Parameter, Statement } from './ast';
import {
  BUILTINS,
  givenBy,
  HANDS_ON,
  isNumber,
  isOfNumbers,
  KEEPS_ORDER,
  NUMBERS_IN_ORDER,
  ORDER_FREE,
  takesAnyOrder,
} from './builtins';
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
  /** Whether it calls what it is handed in another process. */
  isWorker(api: string, argument: string | undefined): boolean;
};

/** Whether a function that stands there is handed on, to be called. */
const TAKES_FUNCTIONS = new Set(['argument', 'map', 'filter', 'sorted', 'min', 'max', 'iter']);
const DEEPEST = 8;
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
  private inWorker = false;
  private current: FunctionValue | undefined;
  private beside: string[] = [];

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
      this.invoke(each);
    }
  }

  /** Code that is not here runs: `%run`. */
  elsewhere(cell: number): void {
    this.seen.push({ seen: 'elsewhere', cell });
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
        const [target] = statement.targets;
        if (value.kind === 'instance' && value.made && target?.type === 'name')
          value.made.target ??= target.name;
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
        this.branches(statement.branches);
        return;
      case 'global':
        this.scope.share(statement.names);
        return;
      case 'for': {
        const iterable = this.value(statement.iterable, 'for');
        this.iterated(iterable, statement.iterable, 'a loop');
        this.bind(statement.target, elementOf(iterable), statement);
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
          const manager = this.value(value, 'with');
          const enter = manager.kind === 'instance' ? attributeOf(manager, '__enter__') : undefined;
          const entered = enter?.kind === 'function' ? this.invoke(enter, []) : manager;
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

  private branches(all: Extract<Statement, { type: 'if' }>['branches']): void {
    const taken: (() => void)[] = [];
    let isSure = false;
    for (const { test, body } of all) {
      // In a loop it may be another one in the next round.
      const known = test === undefined ? true : this.loops === 0 ? this.noneness(test) : undefined;
      if (known === false) continue;
      taken.push(() => {
        if (test) this.value(test, 'test');
        this.block(body);
      });
      isSure = known === true;
      if (isSure) break;
    }
    this.ways(taken, !isSure);
  }

  /** Whether `x is None` or its like is true, where that is known of a name. */
  private noneness(test: Expression): boolean | undefined {
    if (test.type === 'unary' && test.operator === 'not') {
      const known = this.noneness(test.operand);
      return known === undefined ? undefined : !known;
    }
    if (test.type === 'name') {
      const isNone = noneness(this.lookup(test.name));
      return isNone === undefined ? undefined : isNone ? false : undefined;
    }
    if (test.type !== 'binary' || !/^is( not)?$/.test(test.operator) || test.left.type !== 'name')
      return undefined;
    if (test.right.type !== 'constant' || test.right.value !== null) return undefined;
    const isNone = noneness(this.lookup(test.left.name));
    return isNone === undefined ? undefined : isNone === (test.operator === 'is');
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

  private defineClass(statement: Extract<Statement, { type: 'class' }>): void {
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
        if (owner.kind === 'dict') {
          if (index?.kind === 'constant') owner.entries.set(String(index.value), value);
          else owner.open = true;
        }
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

  private binary(
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

  private nameOf(expression: Expression): string {
    return expression.type === 'name' || expression.type === 'attribute' ? expression.name : '';
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
  private referred(value: Value, expression: Expression, consumer: string | undefined): Value {
    if (value.kind === 'api' && TAKES_FUNCTIONS.has(consumer ?? '')) {
      const api = this.library.canonical(value.path);
      const { beside, cell } = this;
      this.seen.push({ seen: 'reference', api, cell, expression, context: this.context(), beside });
    }
    return value;
  }

  private call(call: Call, consumer: string | undefined): Value {
    const callee = this.value(call.callee, 'call');
    const name = callee.kind === 'api' ? this.library.canonical(callee.path) : undefined;
    const called =
      name ??
      (call.callee.type === 'attribute' || call.callee.type === 'name' ? call.callee.name : undefined);
    const beside = call.args.flatMap((arg) => arg.name ?? []);
    const args = call.args.map(({ value, ...rest }, i): ArgumentValue => {
      const taken = this.takerOf(name, called, rest.name, i, consumer);
      this.beside = beside;
      if (rest.star === '*') this.spread({ ...value, type: 'starred', value }, 'arguments');
      return { ...rest, value: this.value(value, taken), expression: value };
    });
    const given = this.applied(callee, call, args, consumer);
    if (callee.kind !== 'function' && callee.kind !== 'class') this.lend(args, called);
    return given;
  }

  /** What takes an argument: the function, where it matters which, or what takes what that hands on. */
  private takerOf(
    name: string | undefined,
    called: string | undefined,
    argument: string | undefined,
    i: number,
    consumer: string | undefined,
  ): string {
    if (name === 'functools.partial' && i === 0) return 'partial';
    if (name !== undefined && HANDS_ON.has(name) && ORDER_FREE.has(consumer ?? '')) return consumer!;
    if (name !== undefined && BUILTINS.has(name)) return name;
    return takesAnyOrder(called, argument) ? 'set' : 'argument';
  }

  /** Whoever is handed a dictionary can put more into it. */
  private lend(args: readonly ArgumentValue[], called: string | undefined): void {
    if (called !== undefined && (BUILTINS.has(called) || called === 'print')) return;
    for (const { value, star } of args) if (value.kind === 'dict' && star === undefined) value.open = true;
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

  /** `super()`: the instance as its class's base has it. */
  private base(): Value {
    const { owner, self } = this.current ?? {};
    const base = owner?.bases.find((each) => each.kind === 'class' || each.kind === 'api');
    if (base === undefined || self?.kind !== 'instance') return UNKNOWN;
    const attributes = self.attributes ? { attributes: self.attributes } : {};
    if (base.kind === 'class') return { kind: 'instance', path: baseOf(base), of: base, ...attributes };
    return { kind: 'instance', path: base.kind === 'api' ? base.path : self.path, ...attributes };
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
    if (api === 'super') return this.base();
    const isBuiltin = BUILTINS.has(api);
    const seen = this.note(api, call, args, consumer, receiver);
    if (KEEPS_ORDER.has(api) && !(ORDER_FREE.has(consumer ?? '') && consumer !== 'sum')) {
      for (const { value, expression } of args) this.iterated(value, expression, `${api}()`, seen);
    }
    this.handOn(seen);
    if (receiver?.kind === 'set' || receiver?.kind === 'dict') return this.ofContainer(receiver, seen);
    const given = isBuiltin ? givenBy(api, args) : undefined;
    if (given) return given;
    if (this.library.varies(api) || api === 'hash') return { kind: 'varying', api, seen };
    if (api === 'int.from_bytes' && args[0]?.value.kind === 'varying') return args[0].value;
    if (/\.astype$/.test(api) && isNumeric(args[0]?.value)) return NUMBERS_IN_ORDER;
    return { kind: 'instance', path: this.library.typeOf(api) ?? api, made: seen };
  }

  /** Methods of sets and dictionaries of the notebook. */
  private ofContainer(owner: Extract<Value, { kind: 'set' | 'dict' }>, { api, args, call }: SeenCall): Value {
    const name = api.slice(api.indexOf('.') + 1);
    if (owner.kind === 'dict') {
      if (/^(update|setdefault|pop|clear|popitem)$/.test(name)) owner.open = true;
      const key = args[0]?.value;
      if (name !== 'get' || key?.kind !== 'constant') return UNKNOWN;
      return owner.entries.get(String(key.value)) ?? (owner.open ? UNKNOWN : (args[1]?.value ?? NONE));
    }
    if (name === 'pop') this.iterated(owner, call.callee, 'pop()');
    const others = args.map(({ value }) => value);
    if (/^(add|update)$/.test(name)) {
      owner.strings ||= !others.every((value) => isNumber(value) || isOfNumbers(value));
      return UNKNOWN;
    }
    if (/^(union|symmetric_difference)$/.test(name)) {
      return { kind: 'set', strings: owner.strings || !others.every(isOfNumbers) };
    }
    if (name === 'intersection') return { kind: 'set', strings: owner.strings && !others.some(isOfNumbers) };
    if (/^(difference|copy)$/.test(name)) return { kind: 'set', strings: owner.strings };
    return UNKNOWN;
  }

  /** Functions that a library is handed are called by it, once at least. */
  private handOn(seen: SeenCall): void {
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
      args: args.map(asItIs),
      uses: [],
      context: this.context(),
      ...(receiver ? { receiver } : {}),
      ...(consumer === undefined ? {} : { consumer }),
    };
    this.seen.push(seen);
    return seen;
  }

  private context(): Context {
    const { statementOf: statement, loops, depth, compiled, inWorker, uncalled } = this;
    const inFunction = depth > 0;
    const shared = { statement, inLoop: loops > 0, inFunction, compiled, inWorker };
    return uncalled === undefined ? shared : { ...shared, uncalled };
  }

  /** A method of something unknown: rules know some by their name alone. */
  private unknownCall(call: Call, callee: Value, args: ArgumentValue[], consumer: string | undefined): Value {
    if (callee.kind === 'varying') return callee;
    if (call.callee.type === 'name') {
      this.handOn(this.note(`?:${call.callee.name}`, call, args, consumer));
      return UNKNOWN;
    }
    if (call.callee.type !== 'attribute') return UNKNOWN;
    if (call.callee.name === 'join')
      for (const { value, expression } of args) this.iterated(value, expression, 'join');
    const seen = this.note(`?.${call.callee.name}`, call, args, consumer);
    this.handOn(seen);
    if (/^astype$/.test(call.callee.name) && isNumeric(args[0]?.value)) return NUMBERS_IN_ORDER;
    const type = this.library.typeOf(seen.api);
    return type === undefined ? UNKNOWN : { kind: 'instance', path: type };
  }

  private spread(item: Expression, consumer: string): void {
    if (item.type !== 'starred' || item.value.type !== 'set') return;
    this.iterated(this.value(item.value, 'starred'), item.value, consumer);
  }

  private iterated(value: Value, expression: Expression, consumer: string, into?: SeenCall): void {
    if (value.kind !== 'set' || !value.strings) return;
    this.seen.push({
      seen: 'set-order',
      cell: this.cell,
      expression,
      consumer,
      value,
      ...(into && { into }),
    });
  }

  private comprehension(
    expression: Extract<Expression, { type: 'comprehension' }>,
    consumer: string | undefined,
  ): Value {
    return this.within(new Scope(this.scope), () => {
      const isFree = expression.kind === 'set' || ORDER_FREE.has(consumer ?? '');
      for (const { target, iterable } of expression.clauses) {
        const value = this.value(iterable, isFree ? (consumer ?? 'set') : 'for');
        // Numbers that are added up in another order give other last digits.
        if (!isFree || consumer === 'sum') this.iterated(value, iterable, 'a comprehension');
        this.bind(target, elementOf(value), { ...expression, type: 'other', parts: [], body: [] });
      }
      this.loops += 1;
      for (const condition of expression.conditions) this.value(condition, 'test');
      const elements = expression.elements.map((element) => this.value(element, expression.kind));
      this.loops -= 1;
      const isNumeric = elements.length > 0 && elements.every(isNumber);
      if (expression.kind === 'set') return { kind: 'set', strings: !isNumeric };
      return elements.find(({ kind }) => kind === 'varying') ?? (isNumeric ? NUMBERS_IN_ORDER : UNKNOWN);
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

  private lambda(expression: Lambda): Value {
    const value: FunctionValue = {
      kind: 'function',
      definition: expression,
      scope: this.scope,
      cell: this.cell,
    };
    this.defined.push(value);
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
    if (owner.kind === 'instance' && (isOfNumbers(owner) || this.library.typeOf(`${owner.path}[]`)))
      return owner;
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

  /** @param args undefined where somebody else calls it, with what is not known */
  private invoke(callee: FunctionValue, args?: ArgumentValue[]): Value {
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

  private bindParameters(
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
  private fallbackOf(fallback: Expression | undefined, isOpen: boolean): Value {
    if (fallback?.type !== 'constant' || (fallback.value === null && isOpen)) return UNKNOWN;
    return { kind: 'constant', value: fallback.value };
  }
}

/** A dictionary can be another one later. */
function asItIs(argument: ArgumentValue): ArgumentValue {
  const { value } = argument;
  if (value.kind !== 'dict') return argument;
  return { ...argument, value: { ...value, entries: new Map(value.entries) } };
}

/** Names for a time from which others are counted. */
const SINCE = /^_*(t\d?|tic|start|begin|since|prev|last)|(start|begin|tic|started)(_?time)?$|_(start|t0)$/i;

const NONE: Value = { kind: 'constant', value: null };

/** Whether a value is None; undefined where that is not known. */
function noneness(value: Value): boolean | undefined {
  if (value.kind === 'constant') return value.value === null;
  return ['instance', 'function', 'class', 'dict', 'sequence'].includes(value.kind) ? false : undefined;
}

/** What `a or b` gives. @param isNone of a */
function alternative(one: Value, other: Value, isNone: boolean | undefined): Value {
  if (isNone === true) return other;
  return sameValue(one, other) ? one : UNKNOWN;
}

function elementOf(iterable: Value): Value {
  return isOfNumbers(iterable) && iterable.kind === 'instance' ? { kind: 'instance', path: 'int' } : UNKNOWN;
}

function isNumeric(type: Value | undefined): boolean {
  if (type?.kind === 'constant') return /^(int|float|uint)/.test(String(type.value));
  return type?.kind === 'api' && /^(int|float|numpy\.u?(int|float)\d*)$/.test(type.path);
}
