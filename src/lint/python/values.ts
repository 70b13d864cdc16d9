/** What the analysis knows of a value. */
import type { Call, Constant, Definition, Expression, Statement } from './ast';

export type Value =
  | { kind: 'unknown' }
  | { kind: 'constant'; value: Constant }
  /** A module, class or function by its full name; `on`: what a method is called on. */
  | { kind: 'api'; path: string; on?: Value }
  /** What a call of a class or function gave; methods are named after `path`. */
  | { kind: 'instance'; path: string; made?: SeenCall; of?: ClassValue; attributes?: Map<string, Value> }
  | { kind: 'sequence'; items: Value[] }
  /**
   * `strings`: whether its order can depend on the hash seed; ints and their like keep theirs. `inOrder`: it was made
   * of something that has an order.
   */
  | { kind: 'set'; strings: boolean; inOrder?: true }
  /** `open`: there can be more in it. */
  | { kind: 'dict'; entries: Map<string, Value>; open: boolean }
  /** Another one each time: a time, an address, what a generator drew. */
  | { kind: 'varying'; api: string; seen: SeenCall }
  | FunctionValue
  | ClassValue
  /** `functools.partial(callee, …)`. */
  | { kind: 'partial'; callee: Value; args: ArgumentValue[] };

export type FunctionValue = {
  kind: 'function';
  definition: Definition | Lambda;
  scope: Scope;
  cell: number;
  self?: Value;
  /** The class that it is a method of. */
  owner?: ClassValue;
  /** Numba compiles it: its generators are Numba's. */
  compiled?: true;
};

export type ClassValue = {
  kind: 'class';
  name: string;
  bases: Value[];
  members: Scope;
  cell: number;
  /** Stands for every instance, where methods are looked at that nothing calls. */
  self: Extract<Value, { kind: 'instance' }>;
};

export type Lambda = Extract<Expression, { type: 'lambda' }>;

export const UNKNOWN: Value = { kind: 'unknown' };

export type ArgumentValue = { name?: string; star?: '*' | '**'; value: Value; expression: Expression };

export type SeenCall = {
  seen: 'call';
  /** Full name, such as `numpy.random.default_rng` or, on what it gave, `numpy.random.Generator.normal`. */
  api: string;
  cell: number;
  call: Call;
  args: ArgumentValue[];
  receiver?: Value;
  /** What takes the value at once: `sorted`, `len`, a `for`; undefined where it is dropped. */
  consumer?: string;
  /** The name that it is bound to at once, and what takes it under that name. */
  target?: string;
  uses: string[];
  context: Context;
  /** What functions of the notebook did that it was handed. */
  handed?: Seen[];
};

/** Where a call stands when it is made. */
export type Context = {
  /** The statement of a cell, with which the way to the call begins. */
  statement: { cell: number; from: number; to: number };
  inLoop: boolean;
  /** In a function of the notebook, which can be called again. */
  inFunction: boolean;
  /** In a function that Numba compiles. */
  compiled: boolean;
  /** In a process of its own, whose generators are not the notebook's. */
  inWorker: boolean;
  /** In a function that nothing in the notebook calls. */
  uncalled?: string;
};

export type Seen =
  | SeenCall
  /** A function of a library that is handed on without a call. */
  | {
      seen: 'reference';
      api: string;
      cell: number;
      expression: Expression;
      context: Context;
      beside: string[];
    }
  /** `torch.backends.cudnn.benchmark = True`, `os.environ['X'] = …` (as `os.environ.X`). */
  | { seen: 'setting'; api: string; cell: number; statement: Statement; assigned?: Expression; value: Value }
  /** A set whose order reaches something that keeps order. */
  | {
      seen: 'set-order';
      cell: number;
      expression: Expression;
      consumer: string;
      value: Value;
      into?: SeenCall;
    }
  /** Code that is not here has run: `%run`, and it can have seeded. */
  | { seen: 'elsewhere'; cell: number }
  /** A reading of a clock that is computed with, other than for the time that passed. */
  | { seen: 'clock'; api: string; cell: number; expression: Expression }
  | { seen: 'import'; path: string; cell: number; statement: Statement };

export class Scope {
  private readonly names = new Map<string, Value>();
  /** Modules of `from m import *`, the last one first. */
  readonly stars: string[] = [];
  private readonly outer = new Set<string>();

  /** @param isClass whether it is a class's: functions in it do not see its names */
  constructor(
    readonly parent?: Scope,
    readonly isClass = false,
  ) {}

  /** `global`, `nonlocal`: names that are bound further out. */
  share(names: readonly string[]): void {
    for (const name of names) this.outer.add(name);
  }

  private holding(name: string): Scope {
    if (!this.outer.has(name)) return this;
    let scope = this.parent;
    while (scope?.parent && !scope.names.has(name)) scope = scope.parent;
    return scope ?? this;
  }

  get(name: string): Value | undefined {
    return this.names.get(name) ?? this.parent?.get(name);
  }

  own(name: string): Value | undefined {
    return this.names.get(name);
  }

  set(name: string, value: Value): void {
    this.holding(name).names.set(name, value);
  }

  constants(): string[] {
    return [...this.names].flatMap(([name, { kind }]) => (kind === 'constant' ? [name] : []));
  }

  /** What its own names stand for now. */
  snapshot(): Map<string, Value> {
    return new Map(this.names);
  }

  /** Several ways led here: what they do not agree on is not known, and a library that one of them imports is there. */
  join(ways: readonly ReadonlyMap<string, Value>[]): void {
    for (const name of new Set(ways.flatMap((way) => [...way.keys()]))) {
      const values = ways.flatMap((way) => way.get(name) ?? []);
      const library = values.find(({ kind }) => kind === 'api');
      const isSame = values.every((value) => sameValue(value, values[0]!));
      this.names.set(name, isSame ? values[0]! : (library ?? UNKNOWN));
    }
  }

  restore(names: ReadonlyMap<string, Value>): void {
    this.names.clear();
    for (const [name, value] of names) this.names.set(name, value);
  }

  starred(): string[] {
    return [...this.stars, ...(this.parent?.starred() ?? [])];
  }
}

/** As far as rules could tell them apart. */
export function sameValue(a: Value, b: Value): boolean {
  return a === b || JSON.stringify(plain(a)) === JSON.stringify(plain(b));
}

function plain(value: Value): unknown {
  switch (value.kind) {
    case 'constant':
      return [value.kind, value.value];
    case 'api':
    case 'instance':
      return [value.kind, value.path];
    case 'sequence':
      return [value.kind, value.items.map(plain)];
    default:
      return [value.kind];
  }
}
