/**
 * What running a cell's source may do, read off the text alone: for cells that were edited, never ran, or would run on
 * other values than they did. When in doubt, more.
 */
import { parser } from '@lezer/python';
import { hideMagics, type Magic } from '../../lint/python/magics';
import { parsePython } from '../../lint/python/parse';
import type { Expression, Statement } from '../../lint/python/ast';
import { hasError } from '../../lint/python/parse/nodes';
import {
  ASSIGNED_MAGIC,
  CAPTURE,
  CHANGING,
  FILES,
  HARMLESS,
  LOOKING,
  MAIN,
  NAMESPACES,
  PROCESS,
  PROCESS_MAGICS,
  SAFE_MAGICS,
  SHELL_MAGICS,
  WILD,
} from './known';

export type SourceFacts = {
  /** Nothing runs: blank, or comments alone. */
  empty: boolean;
  /** It may bind or change any name: `exec`, `globals()`, a magic that is not known, text that is no Python. */
  wild: boolean;
  /** Names that it may bind or delete. */
  binds: ReadonlySet<string>;
  /** Names that it reads. */
  loads: ReadonlySet<string>;
  /** It may change objects in place, those it reads and what they share. */
  mutates: boolean;
  /** It calls something that need not be harmless: such a call may draw random numbers, and run the notebook's functions. */
  calls: boolean;
  writesFiles: boolean;
  /** It may change the working folder or environment variables. */
  changesProcess: boolean;
  /** It sets attributes, perhaps of a module. */
  setsAttributes: boolean;
  /** What the functions that it defines may do when they are called, wherever that is. */
  functions: Omit<SourceFacts, 'empty' | 'calls' | 'functions'>;
};

/** Facts are asked for at each step of a session, and sources rarely change. */
const known = new Map<string, SourceFacts>();
const KNOWN = 2000;

export function factsOf(source: string): SourceFacts {
  let facts = known.get(source);
  if (facts === undefined) {
    if (known.size >= KNOWN) known.clear();
    facts = analyse(source);
    known.set(source, facts);
  }
  return facts;
}

function analyse(source: string): SourceFacts {
  const lexed = hideMagics(source);
  const found = new Scope();
  const inner = new Scope();
  for (const magic of lexed.magics) readMagic(magic, found);
  if (lexed.language === 'python') {
    const tree = parser.parse(lexed.code).topNode;
    if (hasError(tree)) found.wild = true;
    new Reader(found, inner).statements(parsePython(lexed.code));
    if (FILES.test(lexed.code)) found.writesFiles = inner.writesFiles = true;
    if (PROCESS.test(lexed.code)) found.changesProcess = inner.changesProcess = true;
  }
  const bare = lexed.code.replace(/#.*/g, '').trim();
  return {
    ...found.facts(),
    empty: bare === '' && lexed.magics.length === 0,
    calls: found.calls,
    functions: inner.facts(),
  };
}

class Scope {
  readonly binds = new Set<string>();
  readonly loads = new Set<string>();
  wild = false;
  mutates = false;
  calls = false;
  writesFiles = false;
  changesProcess = false;
  setsAttributes = false;

  facts(): SourceFacts['functions'] {
    const { binds, loads, mutates, writesFiles, wild, changesProcess, setsAttributes } = this;
    return { binds, loads, mutates, writesFiles, wild, changesProcess, setsAttributes };
  }
}

function readMagic({ text }: Magic, found: Scope): void {
  const assigned = ASSIGNED_MAGIC.exec(text);
  const capture = CAPTURE.exec(text);
  if (capture) found.binds.add(capture[1]!);
  else if (assigned) {
    for (const name of assigned[1]!.match(/[A-Za-z_]\w*/g) ?? []) found.binds.add(name);
    found.writesFiles = true;
  } else if (SHELL_MAGICS.test(text)) found.writesFiles = true;
  else if (PROCESS_MAGICS.test(text)) found.changesProcess = true;
  else if (!SAFE_MAGICS.test(text) && !/^%%capture\b|\?$/.test(text)) found.wild = true;
}

/** As in `sys.modules['__main__']` and `import_module('__main__')`; not in `__name__ == '__main__'`. */
function namesMain(expression: Expression | null | undefined): boolean {
  return expression?.type === 'constant' && expression.value === MAIN;
}

/** Goes through a cell: what top-level code does into `cell`, what functions would do into `functions`. */
class Reader {
  constructor(
    private cell: Scope,
    private readonly functions: Scope,
    /** Within a function or a class: names stored there are not the notebook's. */
    private readonly isLocal = false,
  ) {}

  statements(statements: readonly Statement[]): void {
    for (const statement of statements) this.statement(statement);
  }

  private statement(statement: Statement): void {
    switch (statement.type) {
      case 'import':
        for (const { path, as } of statement.names) {
          if (path === MAIN) this.cell.wild = true;
          this.bind(as ?? path.split('.')[0]!);
        }
        return;
      case 'import-from':
        if (statement.module === MAIN) this.cell.wild = true;
        if (statement.names === '*') this.cell.wild ||= !this.isLocal;
        else for (const { as } of statement.names) this.bind(as);
        return;
      case 'assign':
        for (const target of statement.targets) this.target(target);
        this.expression(statement.value);
        return;
      case 'update':
        this.target(statement.target);
        this.expression(statement.target);
        this.expression(statement.value);
        // `+=` changes a list where it stands, under all its names.
        this.cell.mutates = true;
        return;
      case 'function': {
        this.bind(statement.name);
        statement.decorators.forEach((each) => this.called(each));
        statement.parameters.forEach(({ fallback }) => this.expression(fallback));
        new Reader(this.functions, this.functions, true).statements(statement.body);
        return;
      }
      case 'class':
        this.bind(statement.name);
        statement.bases.forEach(({ value }) => this.expression(value));
        statement.decorators.forEach((each) => this.called(each));
        new Reader(this.cell, this.functions, true).statements(statement.body);
        return;
      case 'for':
        this.target(statement.target);
        this.expression(statement.iterable);
        // An iterator that is gone through is not what it was.
        if (statement.iterable.type === 'name') this.cell.mutates = true;
        this.statements([...statement.body, ...statement.otherwise]);
        return;
      case 'with':
        for (const { value, target } of statement.items) {
          this.called(value);
          if (target) this.target(target);
        }
        this.statements(statement.body);
        return;
      case 'try':
        statement.names.forEach((name) => this.bind(name));
        statement.bodies.forEach((body) => this.statements(body));
        return;
      case 'delete':
        statement.targets.forEach((target) => this.target(target));
        return;
      case 'global':
        statement.names.forEach((name) => this.cell.binds.add(name));
        return;
      case 'other':
        // A pattern of `match` binds names too.
        statement.parts.forEach((part) => {
          this.target(part);
          this.expression(part);
        });
        this.statements(statement.body);
        return;
      case 'if':
        for (const { test, body } of statement.branches) {
          this.expression(test);
          this.statements(body);
        }
        return;
      case 'while':
        this.expression(statement.test);
        this.statements([...statement.body, ...statement.otherwise]);
        return;
      case 'expression':
      case 'return':
        this.expression(statement.value);
        return;
    }
  }

  private bind(name: string): void {
    if (!this.isLocal) this.cell.binds.add(name);
  }

  private target(target: Expression): void {
    switch (target.type) {
      case 'name':
        this.bind(target.name);
        return;
      case 'tuple':
      case 'list':
        target.items.forEach((item) => this.target(item));
        return;
      case 'starred':
        this.target(target.value);
        return;
      case 'attribute':
      case 'subscript':
        this.cell.mutates = true;
        this.cell.setsAttributes ||= target.type === 'attribute';
        this.expression(target);
        return;
      case 'other':
        target.parts.forEach((part) => this.target(part));
        return;
      default:
        this.expression(target);
    }
  }

  private expression(expression: Expression | null | undefined): void {
    if (expression === null || expression === undefined) return;
    switch (expression.type) {
      case 'name':
        this.cell.loads.add(expression.name);
        if (WILD.has(expression.name)) this.cell.wild = true;
        return;
      case 'call':
        this.call(expression);
        return;
      case 'named':
        this.target(expression.target);
        this.expression(expression.value);
        return;
      case 'lambda':
        expression.parameters.forEach(({ fallback }) => this.expression(fallback));
        new Reader(this.functions, this.functions, true).expression(expression.body);
        return;
      case 'comprehension':
        for (const { iterable } of expression.clauses) {
          this.expression(iterable);
          if (iterable.type === 'name') this.cell.mutates = true;
        }
        [...expression.elements, ...expression.conditions].forEach((each) => this.expression(each));
        return;
      case 'attribute':
        if (NAMESPACES.has(expression.name)) this.cell.wild = true;
        this.expression(expression.value);
        return;
      case 'starred':
        this.expression(expression.value);
        return;
      case 'subscript':
        if (expression.index.some(namesMain)) this.cell.wild = true;
        this.expression(expression.value);
        expression.index.forEach((each) => this.expression(each));
        return;
      case 'binary':
        this.expression(expression.left);
        this.expression(expression.right);
        return;
      case 'unary':
        this.expression(expression.operand);
        if (expression.operator === 'await' || expression.operator === 'yield')
          this.called(expression.operand);
        return;
      case 'conditional':
        [expression.test, expression.body, expression.otherwise].forEach((each) => this.expression(each));
        return;
      case 'list':
      case 'tuple':
      case 'set':
        expression.items.forEach((each) => this.expression(each));
        return;
      case 'dict':
        for (const { key, value } of expression.entries) {
          this.expression(key);
          this.expression(value);
        }
        return;
      case 'format':
      case 'other':
        expression.parts.forEach((each) => this.expression(each));
        return;
      case 'constant':
      case 'literal':
        return;
    }
  }

  private call({ callee, args }: Extract<Expression, { type: 'call' }>): void {
    this.expression(callee);
    if (args.some(({ value }) => namesMain(value))) this.cell.wild = true;
    args.forEach(({ value }) => this.expression(value));
    if (callee.type === 'name' && HARMLESS.has(callee.name) && !this.cell.binds.has(callee.name)) return;
    if (callee.type === 'attribute' && LOOKING.has(callee.name)) return;
    this.cell.mutates = true;
    if (callee.type === 'attribute' && CHANGING.has(callee.name)) return;
    this.cell.calls = true;
  }

  private called(expression: Expression): void {
    this.expression(expression);
    this.cell.calls = this.cell.mutates = true;
  }
}
