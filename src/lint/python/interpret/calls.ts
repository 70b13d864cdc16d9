/** Calls: of the notebook's own functions, of libraries, and of methods of who knows what. */
import type { Argument, Call, Expression } from '../ast';
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
} from '../builtins';
import { attributeOf } from '../objects';
import { Functions } from './functions';
import { type ArgumentValue, type SeenCall, UNKNOWN, type Value } from '../values';

const NOTHING: string[] = [];
const NONE: Value = { kind: 'constant', value: null };

export abstract class Calls extends Functions {
  protected call(call: Call, consumer: string | undefined): Value {
    const callee = this.value(call.callee, 'call');
    const name = callee.kind === 'api' ? this.library.canonical(callee.path) : undefined;
    const called =
      name ??
      (call.callee.type === 'attribute' || call.callee.type === 'name' ? call.callee.name : undefined);
    const isNamed = call.args.some((arg) => arg.name !== undefined);
    const beside = isNamed ? call.args.flatMap((arg) => arg.name ?? []) : NOTHING;
    const args: ArgumentValue[] = [];
    for (const argument of call.args) {
      const { name: parameter, star, value } = argument;
      const taken = this.takerOf(name, called, parameter, args.length, consumer);
      this.beside = beside;
      if (star === '*') this.spread({ ...value, type: 'starred', value }, 'arguments');
      args.push(argumentOf(argument, this.value(value, taken)));
    }
    const given = this.applied(callee, call, args, consumer);
    if (callee.kind !== 'function' && callee.kind !== 'class') this.lend(args, called);
    return given;
  }

  /** What takes an argument: the function, where it matters which, or what takes what that hands on. */
  protected takerOf(
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
  protected lend(args: readonly ArgumentValue[], called: string | undefined): void {
    if (called !== undefined && (BUILTINS.has(called) || called === 'print')) return;
    for (const { value, star } of args) if (value.kind === 'dict' && star === undefined) value.open = true;
  }

  protected applied(callee: Value, call: Call, args: ArgumentValue[], consumer: string | undefined): Value {
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

  protected ofLibrary(
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
    if (this.library.varies(api, args[0]?.value) || api === 'hash') return { kind: 'varying', api, seen };
    if (api === 'int.from_bytes' && args[0]?.value.kind === 'varying') return args[0].value;
    if (/\.astype$/.test(api) && isNumeric(args[0]?.value)) return NUMBERS_IN_ORDER;
    return { kind: 'instance', path: this.library.typeOf(api) ?? api, made: seen };
  }

  /** Methods of sets and dictionaries of the notebook. */
  protected ofContainer(
    owner: Extract<Value, { kind: 'set' | 'dict' }>,
    { api, args, call }: SeenCall,
  ): Value {
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

  /** A method of something unknown: rules know some by their name alone. */
  protected unknownCall(
    call: Call,
    callee: Value,
    args: ArgumentValue[],
    consumer: string | undefined,
  ): Value {
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

  protected spread(item: Expression, consumer: string): void {
    if (item.type !== 'starred' || item.value.type !== 'set') return;
    this.iterated(this.value(item.value, 'starred'), item.value, consumer);
  }
}

/** Without fields that are not there: a notebook has thousands of them, and is gone through at each keystroke. */
function argumentOf({ name, star, value: expression }: Argument, value: Value): ArgumentValue {
  if (star !== undefined)
    return name === undefined ? { star, value, expression } : { name, star, value, expression };
  return name === undefined ? { value, expression } : { name, value, expression };
}

/** A type of numbers, as `astype` takes it. */
function isNumeric(type: Value | undefined): boolean {
  if (type?.kind === 'constant') return /^(int|float|uint)/.test(String(type.value));
  return type?.kind === 'api' && /^(int|float|numpy\.u?(int|float)\d*)$/.test(type.path);
}
