/**
 * Goes through a notebook's cells in order, as a kernel would, with values of which only so much is known as a rule asks
 * for: names of libraries, constants, and what came from where. Loops are gone through once, both sides of an `if` one
 * after the other, and a function of the notebook's own where it is called.
 */
import type { Expression, Statement } from '../ast';
import { attributeOf } from '../objects';
import { elementOf, Expressions } from './expressions';
import { noneness } from './none';
import { sameValue, UNKNOWN, type Value } from '../values';

export type { Library } from './machine';

export class Interpreter extends Expressions {
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

  protected block(statements: readonly Statement[]): void {
    for (const statement of statements) this.statement(statement);
  }

  protected statement(statement: Statement): void {
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
          value.made.target ??= this.local(target.name);
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

  protected loop(body: readonly Statement[]): void {
    this.loops += 1;
    this.block(body);
    this.loops -= 1;
  }

  protected branches(all: Extract<Statement, { type: 'if' }>['branches']): void {
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
  protected noneness(test: Expression): boolean | undefined {
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
  protected ways(ways: (() => void)[], mayPass: boolean): void {
    const { scope } = this;
    const before = scope.snapshot();
    const after = ways.map((way) => {
      scope.restore(before);
      way();
      return scope.snapshot();
    });
    scope.join(mayPass ? [before, ...after] : after);
  }

  protected give(value: Value): void {
    const same = this.returned === undefined || sameValue(this.returned, value);
    this.returned = same ? value : UNKNOWN;
  }

  protected bind(target: Expression, value: Value, statement: Statement): void {
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

  /** A name as it is known in the whole notebook: functions have names of their own. */
  private local(name: string): string {
    const { current } = this;
    return current ? `${current.cell}:${current.definition.from}:${name}` : name;
  }

  /** What one of several names gets. */
  protected partOf(value: Value, i: number, count: number): Value {
    if (value.kind === 'sequence' && value.items.length === count) return value.items[i]!;
    if (value.kind === 'varying') return value;
    const each = value.kind === 'instance' ? this.library.typeOf(`${value.path}[]`) : undefined;
    return each === undefined ? UNKNOWN : { kind: 'instance', path: each };
  }
}
