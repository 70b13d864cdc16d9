/**
 * Goes through a notebook's cells in order, as a kernel would, with values of which only so much is known as a rule asks
 * for: names of libraries, constants, and what came from where. Loops are gone through once, both sides of an `if` one
 * after the other, and a function of the notebook's own where it is called.
 */
import type { Call, Definition, Expression, Parameter, Statement } from './ast';
import {
  type ArgumentValue,
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

const BUILTINS = new Set(
  'abs all any bool bytes dict enumerate filter float frozenset getattr hash id int iter len list map max min next open print range repr reversed round set sorted str sum tuple type zip __import__'.split(
    ' ',
  ),
);
/** Takes a set and gives something in its order. */
const KEEPS_ORDER = new Set([
  'list',
  'tuple',
  'enumerate',
  'iter',
  'next',
  'map',
  'filter',
  'zip',
  'reversed',
]);
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
  private readonly defined: { definition: Definition; scope: Scope; cell: number; self?: Value }[] = [];
  private returned: Value | undefined;

  constructor(private readonly library: Library) {}

  run(cell: number, statements: readonly Statement[]): void {
    this.cell = cell;
    this.block(statements);
  }

  /** What was defined and never called is looked at with everything that the notebook has done by then. */
  finish(): void {
    for (const { definition, scope, cell, self } of [...this.defined]) {
      if (this.called.has(definition)) continue;
      this.invoke({ kind: 'function', definition, scope, cell, ...(self ? { self } : {}) }, []);
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
        this.block(statement.body);
        this.block(statement.otherwise);
        return;
      }
      case 'while':
        this.value(statement.test, 'test');
        this.block(statement.body);
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
    for (const decorator of definition.decorators) this.value(decorator, 'decorator');
    for (const { fallback } of definition.parameters) if (fallback) this.value(fallback, 'default');
    const { scope, cell } = this;
    this.scope.set(definition.name, { kind: 'function', definition, scope, cell });
    this.defined.push({ definition, scope, cell });
  }

  private defineClass(statement: Extract<Statement, { type: 'class' }>): void {
    for (const decorator of statement.decorators) this.value(decorator, 'decorator');
    const bases = statement.bases.map(({ value }) => this.value(value, 'base'));
    const members = new Scope(this.scope);
    const made: Value = { kind: 'class', name: statement.name, bases, members, cell: this.cell };
    this.scope.set(statement.name, made);
    const self: Value = { kind: 'instance', path: baseOf(made) };
    const before = this.defined.length;
    this.within(members, () => this.block(statement.body));
    for (const each of this.defined.slice(before)) each.self = self;
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
          const part =
            value.kind === 'sequence' && value.items.length === target.items.length
              ? value.items[i]!
              : value.kind === 'varying'
                ? value
                : UNKNOWN;
          this.bind(item, part, statement);
        });
        return;
      case 'starred':
        this.bind(target.value, UNKNOWN, statement);
        return;
      case 'attribute': {
        const owner = this.value(target.value, 'attribute');
        if (owner.kind === 'api') {
          const api = this.library.canonical(`${owner.path}.${target.name}`);
          this.seen.push({ seen: 'setting', api, cell: this.cell, statement, value });
        }
        return;
      }
      case 'subscript': {
        const owner = this.value(target.value, 'attribute');
        const [index] = target.index.map((each) => this.value(each, 'index'));
        if (owner.kind === 'api' && index?.kind === 'constant') {
          const api = `${this.library.canonical(owner.path)}.${String(index.value)}`;
          this.seen.push({ seen: 'setting', api, cell: this.cell, statement, value });
        }
        return;
      }
      default:
        // Nothing else can be assigned to.
        return;
    }
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
        return this.lambda(expression);
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
    const owner = this.value(expression.value, consumer === 'call' ? 'method' : 'attribute');
    const { name } = expression;
    switch (owner.kind) {
      case 'api':
        return { kind: 'api', path: `${owner.path}.${name}` };
      case 'instance': {
        const path = `${owner.path}.${name}`;
        // A column of a frame can be drawn from as the frame can.
        const type = consumer === 'call' ? undefined : this.library.typeOf(path);
        return type === undefined ? { kind: 'api', path } : { kind: 'instance', path: type };
      }
      case 'class': {
        const member = owner.members.own(name);
        return member ?? UNKNOWN;
      }
      case 'varying':
        return owner;
      default:
        return UNKNOWN;
    }
  }

  /** A function of a library that is handed on: `map(random.random, xs)`, `key=random.random`. */
  private referred(value: Value, expression: Expression, consumer: string | undefined): Value {
    if (value.kind === 'api' && (consumer === 'argument' || consumer === 'map')) {
      const api = this.library.canonical(value.path);
      this.seen.push({ seen: 'reference', api, cell: this.cell, expression });
    }
    return value;
  }

  private call(call: Call, consumer: string | undefined): Value {
    const callee = this.value(call.callee, 'call');
    const name = callee.kind === 'api' ? callee.path : undefined;
    const args = call.args.map(({ value, ...rest }): ArgumentValue => {
      const taken = name !== undefined && BUILTINS.has(name) ? name : 'argument';
      return { ...rest, value: this.value(value, taken), expression: value };
    });
    if (callee.kind === 'function') return this.invoke(callee, args);
    if (callee.kind === 'class') return this.instantiate(callee, args, call, consumer);
    if (name === undefined) return this.unknownCall(call, callee, args, consumer);
    const api = this.library.canonical(name);
    const builtin = BUILTINS.has(name) ? this.builtin(name, call, args, consumer) : undefined;
    const seen = this.note(api, call, args, consumer, this.receiverOf(call));
    if (builtin) return builtin;
    if (this.library.varies(api)) return { kind: 'varying', api, seen };
    return { kind: 'instance', path: this.library.typeOf(api) ?? api, made: seen };
  }

  private note(
    api: string,
    call: Call,
    args: ArgumentValue[],
    consumer: string | undefined,
    receiver?: Value,
  ): SeenCall {
    const { cell, depth } = this;
    const seen: SeenCall = {
      seen: 'call',
      api,
      cell,
      call,
      args,
      depth,
      ...(receiver ? { receiver } : {}),
      ...(consumer === undefined ? {} : { consumer }),
    };
    this.seen.push(seen);
    return seen;
  }

  private receiverOf({ callee }: Call): Value | undefined {
    if (callee.type !== 'attribute' || callee.value.type !== 'name') return undefined;
    return this.scope.get(callee.value.name);
  }

  /** A method of something unknown: rules know some by their name alone. */
  private unknownCall(call: Call, callee: Value, args: ArgumentValue[], consumer: string | undefined): Value {
    if (callee.kind === 'varying') return callee;
    if (call.callee.type !== 'attribute') return UNKNOWN;
    if (call.callee.name === 'join')
      for (const { value, expression } of args) this.iterated(value, expression, 'join');
    const seen = this.note(`?.${call.callee.name}`, call, args, consumer);
    const type = this.library.typeOf(seen.api);
    return type === undefined ? UNKNOWN : { kind: 'instance', path: type };
  }

  private builtin(
    name: string,
    call: Call,
    args: ArgumentValue[],
    consumer: string | undefined,
  ): Value | undefined {
    const [first] = args;
    switch (name) {
      case 'set':
      case 'frozenset': {
        const value = first?.value;
        const ints =
          value?.kind === 'sequence' &&
          value.items.every((item) => item.kind === 'constant' && typeof item.value === 'number');
        const isRange = value?.kind === 'instance' && value.path === 'range';
        return { kind: 'set', strings: !(ints || isRange || first === undefined) };
      }
      case 'sorted':
      case 'range':
        return { kind: 'instance', path: name };
      case 'hash':
      case 'id':
        return undefined;
      case 'int':
      case 'float':
      case 'str':
      case 'abs':
      case 'round':
        return first?.value.kind === 'varying' || first?.value.kind === 'constant' ? first.value : UNKNOWN;
      default:
        if (KEEPS_ORDER.has(name)) {
          for (const { value, expression } of args) {
            const inner = ORDER_FREE.has(consumer ?? '') ? UNKNOWN : value;
            this.iterated(inner, expression, `${name}()`);
          }
          if (name === 'map' && first) this.applied(first.value);
        }
        return first?.value.kind === 'varying' ? first.value : UNKNOWN;
    }
  }

  private applied(value: Value): void {
    if (value.kind === 'function') this.invoke(value, []);
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
      for (const condition of expression.conditions) this.value(condition, 'test');
      const elements = expression.elements.map((element) => this.value(element, expression.kind));
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

  private lambda(expression: Lambda): Value {
    const value: Value = { kind: 'function', definition: expression, scope: this.scope, cell: this.cell };
    // It is called by whoever it is handed to.
    this.invoke(value, []);
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
    made: Extract<Value, { kind: 'class' }>,
    args: ArgumentValue[],
    call: Call,
    consumer: string | undefined,
  ): Value {
    const self: Value = { kind: 'instance', path: baseOf(made) };
    const init = made.members.own('__init__');
    if (init?.kind === 'function') this.invoke({ ...init, self }, args);
    this.note(`${baseOf(made)}()`, call, args, consumer);
    return self;
  }

  private invoke(
    { definition, scope, cell, self }: Extract<Value, { kind: 'function' }>,
    args: ArgumentValue[],
  ): Value {
    this.called.add(definition);
    if (this.active.has(definition) || this.depth >= DEEPEST || ++this.calls > MOST_CALLS) return UNKNOWN;
    const outer = { cell: this.cell, returned: this.returned };
    this.active.add(definition);
    this.depth += 1;
    this.cell = cell;
    this.returned = undefined;
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

/** What takes values in any order and gives the same. */
const ORDER_FREE = new Set(['sorted', 'len', 'set', 'frozenset', 'min', 'max', 'any', 'all']);

/** The library's class that a class of the notebook extends; its own name where it extends none. */
function baseOf({ bases, name }: Extract<Value, { kind: 'class' }>): string {
  for (const base of bases) {
    if (base.kind === 'api') return base.path;
    if (base.kind === 'class') return baseOf(base);
  }
  return `<notebook>.${name}`;
}

function combined(operator: string, left: Value, right: Value): Value {
  // The time that passed is the usual reason to read a clock.
  if (operator === '-' && left.kind === 'varying' && right.kind === 'varying') return UNKNOWN;
  if (left.kind === 'varying') return left;
  if (right.kind === 'varying') return right;
  if (/^[-|&^]$/.test(operator) && left.kind === 'set' && right.kind === 'set') {
    return { kind: 'set', strings: left.strings || right.strings };
  }
  if (left.kind === 'constant' && right.kind === 'constant') return folded(operator, left.value, right.value);
  return UNKNOWN;
}

function folded(operator: string, left: unknown, right: unknown): Value {
  if (typeof left === 'string' && typeof right === 'string' && operator === '+') {
    return { kind: 'constant', value: left + right };
  }
  if (typeof left !== 'number' || typeof right !== 'number') return UNKNOWN;
  const by: Record<string, (a: number, b: number) => number> = {
    '+': (a, b) => a + b,
    '-': (a, b) => a - b,
    '*': (a, b) => a * b,
    '**': (a, b) => a ** b,
    '//': (a, b) => Math.floor(a / b),
    '%': (a, b) => ((a % b) + b) % b,
  };
  const work = by[operator];
  return work ? { kind: 'constant', value: work(left, right) } : UNKNOWN;
}
