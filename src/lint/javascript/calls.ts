/** Calls: of functions and classes of the notebook's own, which are gone through, and of libraries, which are noted. */
import type { SyntaxNode } from '@lezer/common';
import { moduleNamed, NAMES } from './names';
import { sameValue, Scope } from './scope';
import { childrenOf, declaratorsOf, isToken, isWhole, type Program, propertyName } from './syntax';
import {
  type Argument,
  type ClassValue,
  type FunctionValue,
  type ObjectValue,
  type Seen,
  type SeenCall,
  type Times,
  UNDEFINED,
  UNKNOWN,
  type Value,
} from './values';

const DEEPEST = 8;
/** Text of functions that is gone through, in all: more than any notebook's, less than a library's that was put into a cell. */
const MOST_TEXT = 1_000_000;

export abstract class Calls {
  readonly seen: Seen[] = [];
  protected scope = new Scope();
  protected program!: Program;
  private times: Times = 'once';
  private returned: Value | undefined;
  private depth = 0;
  private gone = 0;
  private readonly called = new Set<string>();
  private readonly active = new Set<string>();
  private readonly defined: FunctionValue[] = [];
  private readonly classes: ClassValue[] = [];

  protected abstract value(node: SyntaxNode, isArgument?: boolean): Value;
  protected abstract block(node: SyntaxNode): void;
  protected abstract bind(target: SyntaxNode, value: Value, declaredIn?: Scope): void;
  protected abstract memberOf(node: SyntaxNode): { owner: Value; name?: string; value: Value };

  /** What was defined and never called is looked at with everything that the notebook has done by then. */
  finish(): void {
    this.repeated('per call', () => {
      for (const each of this.classes)
        if (!this.called.has(keyOf(each))) this.attempt(() => void this.instantiate(each, []));
      for (const each of this.defined)
        if (!this.called.has(keyOf(each))) this.attempt(() => void this.invoke(each, []));
    });
  }

  /** Brackets nested a thousand deep are nobody's code, and no reason to leave the rest. */
  protected attempt(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }

  protected textOf({ from, to }: { from: number; to: number }): string {
    return this.program.text.slice(from, to);
  }

  protected lookup(name: string): Value {
    if (name === 'undefined') return UNDEFINED;
    return this.scope.get(name) ?? (NAMES.isGlobal(name) ? { kind: 'api', path: name } : UNKNOWN);
  }

  /** A string or template, which may hold the address of a script. */
  protected text({ from, to }: SyntaxNode): void {
    const text = this.textOf({ from, to });
    if (text.includes('://'))
      this.seen.push({ seen: 'text', text, cell: this.program.cell, range: { from, to } });
  }

  protected module({ from, to }: SyntaxNode): Value {
    const range = { from: from + 1, to: to - 1 };
    const specifier = this.textOf(range);
    this.seen.push({ seen: 'import', specifier, cell: this.program.cell, range });
    const name = moduleNamed(specifier);
    return name === undefined ? UNKNOWN : { kind: 'api', path: NAMES.canonical(name) };
  }

  protected within<T>(scope: Scope, work: () => T): T {
    const outer = this.scope;
    this.scope = scope;
    try {
      return work();
    } finally {
      this.scope = outer;
    }
  }

  protected repeated<T>(times: Times, work: () => T): T {
    const outer = this.times;
    this.times = outer === 'often' ? outer : times;
    try {
      return work();
    } finally {
      this.times = outer;
    }
  }

  protected give(value: Value): void {
    const isSame = this.returned === undefined || sameValue(this.returned, value);
    this.returned = isSame ? value : UNKNOWN;
  }

  protected functionOf(node: SyntaxNode, self?: Value): FunctionValue {
    const { program, scope } = this;
    const made: FunctionValue = { kind: 'function', node, program, scope, ...(self ? { self } : {}) };
    this.defined.push(made);
    return made;
  }

  protected classOf(node: SyntaxNode): ClassValue {
    const children = childrenOf(node);
    const at = children.findIndex(({ name }) => name === 'extends');
    const base = at < 0 ? UNKNOWN : this.value(children[at + 1]!);
    const { program, scope } = this;
    const made: ClassValue = { kind: 'class', node, program, scope, base, statics: new Map() };
    this.classes.push(made);
    this.members(made, true, made.statics, made);
    return made;
  }

  /** @returns the constructor */
  private members(
    { node }: ClassValue,
    isStatic: boolean,
    entries: Map<string, Value>,
    self: Value,
  ): FunctionValue | undefined {
    let constructor: FunctionValue | undefined;
    for (const member of node.getChild('ClassBody')?.getChildren('MethodDeclaration') ?? []) {
      if ((member.getChild('static') !== null) !== isStatic) continue;
      const name = propertyName(childrenOf(member), this.program.text);
      const method = this.functionOf(member, self);
      if (name === 'constructor') constructor = method;
      else if (name !== undefined) entries.set(name, method);
    }
    for (const member of node.getChild('ClassBody')?.getChildren('PropertyDeclaration') ?? []) {
      if ((member.getChild('static') !== null) !== isStatic) continue;
      const children = childrenOf(member);
      const name = propertyName(children, this.program.text);
      const at = children.findIndex((child) => child.name === 'Equals');
      const value = at < 0 || !children[at + 1] ? UNKNOWN : this.value(children[at + 1]!);
      if (name !== undefined) entries.set(name, value);
    }
    return constructor;
  }

  private instantiate(made: ClassValue, args: Argument[]): Value {
    const self: ObjectValue = { kind: 'object', entries: new Map(), open: true };
    this.construct(made, self, args);
    return self;
  }

  private construct(made: Value, self: ObjectValue, args: Argument[]): void {
    if (made.kind === 'api') self.path = NAMES.typeOf(made.path);
    if (made.kind !== 'class' || this.active.has(keyOf(made))) return;
    this.called.add(keyOf(made));
    const outer = this.program;
    const scope = new Scope(made.scope);
    scope.declare('this', self);
    scope.declare('super', made.base);
    this.active.add(keyOf(made));
    this.program = made.program;
    try {
      const constructor = this.within(scope, () => this.members(made, false, self.entries, self));
      // A class without a constructor has its base's, and one with another calls it.
      if (constructor) this.invoke(constructor, args);
      else this.construct(made.base, self, args);
    } finally {
      this.program = outer;
      this.active.delete(keyOf(made));
    }
  }

  protected call(node: SyntaxNode): Value {
    const isNew = node.name === 'NewExpression';
    const target = childrenOf(node).find((child) => !isToken(child));
    if (!target) return UNKNOWN;
    const written = target.name === 'InstantiationExpression' ? (target.firstChild ?? target) : target;
    const isMember = written.name === 'MemberExpression';
    const member = isMember ? this.memberOf(written) : undefined;
    const callee = member?.value ?? this.value(written);
    const args = this.argumentsOf(node.getChild('ArgList'));
    if (callee.kind === 'class') {
      if (target.name !== 'super') return this.repeated('per call', () => this.instantiate(callee, args));
      const self = this.scope.get('this');
      if (self?.kind === 'object') this.construct(callee, self, args);
      return UNKNOWN;
    }
    if (callee.kind === 'function') {
      const times = isMember || written.name === 'VariableName' ? 'per call' : this.times;
      return this.repeated(times, () => this.invoke(callee, args));
    }
    const isThen = member?.name === 'then';
    const isOnce = isThen || (callee.kind === 'api' && callee.path === 'tf.tidy');
    this.repeated(isOnce ? this.times : 'often', () => this.callbacks(args, isThen ? [member.owner] : []));
    if (callee.kind === 'varying') return callee;
    const self = this.scope.get('this');
    if (target.name === 'super' && self?.kind === 'object') this.construct(callee, self, args);
    if (callee.kind === 'api') return this.libraryCall(callee.path, node, written, args, isNew);
    if (member?.name === undefined) return UNKNOWN;
    // Rules know some methods by their name alone, whatever has them.
    this.note(`?.${member.name}`, node, written, args);
    return member.owner.kind === 'constant' && member.name === 'toString' ? member.owner : UNKNOWN;
  }

  private libraryCall(
    path: string,
    node: SyntaxNode,
    callee: SyntaxNode,
    args: Argument[],
    isNew: boolean,
  ): Value {
    const api = NAMES.canonical(path, isNew);
    const [first] = args;
    if (api === 'require' && first?.node.name === 'String') return this.module(first.node);
    this.note(api, node, callee, args);
    const isDate = api === 'Date' && args.length > 0;
    if (NAMES.varies(api) && !isDate) {
      const reads = /^Date\b/.test(api) ? { reads: 'time' as const } : {};
      return { kind: 'varying', api, cell: this.program.cell, from: node.from, to: node.to, ...reads };
    }
    if (NAMES.isCast(api)) {
      return args.find(({ value }) => value.kind === 'varying')?.value ?? first?.value ?? UNKNOWN;
    }
    const type = NAMES.typeOf(api);
    return type === 'require' ? { kind: 'api', path: type } : { kind: 'instance', path: type };
  }

  private note(api: string, node: SyntaxNode, callee: SyntaxNode, args: Argument[]): void {
    const list = node.getChild('ArgList');
    const seen: SeenCall = {
      seen: 'call',
      api,
      cell: this.program.cell,
      text: this.program.text,
      callee: { from: node.from, to: callee.to },
      args,
      open: list?.from ?? callee.to,
      close: list ? list.to - 1 : callee.to,
      whole: list === null || isWhole(list),
      times: this.times,
    };
    this.seen.push(seen);
  }

  private argumentsOf(list: SyntaxNode | null): Argument[] {
    const children = list ? childrenOf(list) : [];
    return children.flatMap((node, i) => {
      if (isToken(node)) return [];
      return [{ value: this.value(node, true), node, spread: children[i - 1]?.name === 'Spread' }];
    });
  }

  /** They are called by whoever they are handed to. */
  private callbacks(args: readonly Argument[], given: Value[]): void {
    for (const { value } of args) {
      if (value.kind !== 'function') continue;
      this.invoke(
        value,
        given.map((each) => ({ value: each, node: value.node, spread: false })),
      );
    }
  }

  private invoke(called: FunctionValue, args: readonly Argument[]): Value {
    const key = keyOf(called);
    if (this.active.has(key) || this.depth >= DEEPEST || this.gone > MOST_TEXT) return UNKNOWN;
    this.gone += called.node.to - called.node.from;
    this.called.add(key);
    const outer = { program: this.program, returned: this.returned };
    this.active.add(key);
    this.depth += 1;
    this.program = called.program;
    this.returned = undefined;
    try {
      const local = new Scope(called.scope);
      if (called.self) local.declare('this', called.self);
      return this.within(local, () => this.body(called.node, args, local));
    } finally {
      this.active.delete(key);
      this.depth -= 1;
      this.program = outer.program;
      this.returned = outer.returned;
    }
  }

  private body(node: SyntaxNode, args: readonly Argument[], local: Scope): Value {
    const spread = args.findIndex((arg) => arg.spread);
    const list = node.getChild('ParamList');
    for (const { target, initial, rest, at } of declaratorsOf(list ? childrenOf(list) : [])) {
      const fallback = initial ? this.value(initial) : UNKNOWN;
      const given = rest || (spread >= 0 && at >= spread) ? UNKNOWN : args[at]?.value;
      this.bind(target, given ?? forCallers(fallback), local);
    }
    const block = node.getChild('Block');
    if (block) {
      this.block(block);
      return this.returned ?? UNKNOWN;
    }
    const arrow = childrenOf(node).findIndex(({ name }) => name === 'Arrow');
    const result = arrow < 0 ? undefined : childrenOf(node)[arrow + 1];
    return result ? this.value(result) : UNKNOWN;
  }
}

function keyOf({ program, node }: { program: Program; node: SyntaxNode }): string {
  return `${program.cell} ${node.from}`;
}

/** A parameter that is nothing by default, or whose options are none, is for callers to give. */
function forCallers(fallback: Value): Value {
  if (fallback.kind === 'object') return { ...fallback, open: true };
  return fallback.kind === 'constant' && fallback.value === null ? UNKNOWN : fallback;
}
