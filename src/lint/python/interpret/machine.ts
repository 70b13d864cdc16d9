/** What an interpreter keeps while it goes through a notebook, and how it notes what it sees. */
import type { Call, Definition, Expression, Statement } from '../ast';
import { BUILTINS } from '../builtins';
import {
  type ArgumentValue,
  type Context,
  type FunctionValue,
  type Lambda,
  Scope,
  type Seen,
  type SeenCall,
  UNKNOWN,
  type Value,
} from '../values';

export type Library = {
  /** The name that rules use: `tensorflow.keras.layers.Dense` is `keras.layers.Dense`. */
  canonical(path: string): string;
  /** Whether a module has a member of that name, as far as rules know: for `from m import *`. */
  has(module: string, name: string): boolean;
  /** The type of what a call gives; undefined where the call's own name serves. */
  typeOf(api: string): string | undefined;
  /** Whether what it gives is another value each time. */
  varies(api: string, first?: Value): boolean;
  /** Whether it calls what it is handed in another process. */
  isWorker(api: string, argument: string | undefined): boolean;
};

export abstract class Machine {
  readonly seen: Seen[] = [];
  protected readonly globals = new Scope();
  protected scope = this.globals;
  protected cell = 0;
  protected depth = 0;
  protected calls = 0;
  protected readonly called = new Set<Definition | Lambda>();
  protected readonly active = new Set<Definition | Lambda>();
  protected readonly defined: FunctionValue[] = [];
  protected returned: Value | undefined;
  protected statementOf: Context['statement'] = { cell: 0, from: 0, to: 0 };
  protected loops = 0;
  protected compiled = false;
  protected uncalled: string | undefined;
  protected inWorker = false;
  protected current: FunctionValue | undefined;
  protected beside: string[] = [];
  private last: Context | undefined;

  constructor(protected readonly library: Library) {}

  protected abstract block(statements: readonly Statement[]): void;
  protected abstract bind(target: Expression, value: Value, statement: Statement): void;
  /** @param consumer what takes the value at once; undefined where it is dropped */
  protected abstract value(expression: Expression, consumer: string | undefined): Value;

  protected within<T>(scope: Scope, work: () => T): T {
    const outer = this.scope;
    this.scope = scope;
    try {
      return work();
    } finally {
      this.scope = outer;
    }
  }

  protected lookup(name: string): Value {
    const known = this.scope.get(name);
    if (known) return known;
    const star = this.scope.starred().find((module) => this.library.has(module, name));
    if (star !== undefined) return { kind: 'api', path: `${star}.${name}` };
    return BUILTINS.has(name) ? { kind: 'api', path: name } : UNKNOWN;
  }

  /** Calls that stand in one place share it: a notebook is gone through at each keystroke. */
  protected context(): Context {
    const { statementOf: statement, loops, depth, compiled, inWorker, uncalled, last } = this;
    const [inLoop, inFunction] = [loops > 0, depth > 0];
    const isLast =
      last?.statement === statement &&
      last.inLoop === inLoop &&
      last.inFunction === inFunction &&
      last.compiled === compiled &&
      last.inWorker === inWorker &&
      last.uncalled === uncalled;
    if (isLast) return last;
    const place = { statement, inLoop, inFunction, compiled, inWorker };
    this.last = uncalled === undefined ? place : { ...place, uncalled };
    return this.last;
  }

  protected note(
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

  protected setting(api: string, value: Value, statement: Statement): void {
    const assigned = statement.type === 'assign' && statement.value ? { assigned: statement.value } : {};
    this.seen.push({ seen: 'setting', api, cell: this.cell, statement, value, ...assigned });
  }

  protected iterated(value: Value, expression: Expression, consumer: string, into?: SeenCall): void {
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

  /** Two readings give the time that passed, which is what clocks are mostly read for. */
  protected clocks(left: Value, right: Value): void {
    if (left.kind === 'varying' && right.kind === 'varying') return;
    for (const side of [left, right]) {
      if (side.kind !== 'varying') continue;
      const { api, cell, call } = side.seen;
      this.seen.push({ seen: 'clock', api, cell, expression: call });
    }
  }
}

/** A dictionary can be another one later. */
function asItIs(argument: ArgumentValue): ArgumentValue {
  const { value } = argument;
  if (value.kind !== 'dict') return argument;
  return { ...argument, value: { ...value, entries: new Map(value.entries) } };
}
