/** What the analysis knows of a value, and what it has seen of use to a rule. */
import type { SyntaxNode } from '@lezer/common';
import type { Constant, Range } from '../python/ast';
import type { Scope } from './scope';
import type { Program } from './syntax';

export type Value =
  | { kind: 'unknown' }
  /** `undefined` is `null`. */
  | { kind: 'constant'; value: Constant }
  /** A package, or something of it, by its full name. */
  | { kind: 'api'; path: string }
  /** What a call of a library gave; methods are named after `path`. */
  | { kind: 'instance'; path: string }
  | { kind: 'array'; items: Value[] }
  | ObjectValue
  | Varying
  | FunctionValue
  | ClassValue;

/** `open`: it may have properties that are not known; `path`: the library's class that it is one of. */
export type ObjectValue = { kind: 'object'; entries: Map<string, Value>; open: boolean; path?: string };

/** Another one each time. `reads`: it is a time as it was read, or a part of a date, which nobody reads to measure. */
export type Varying = Range & { kind: 'varying'; api: string; cell: number; reads?: 'time' | 'calendar' };

export type FunctionValue = {
  kind: 'function';
  node: SyntaxNode;
  program: Program;
  scope: Scope;
  self?: Value;
};

export type ClassValue = {
  kind: 'class';
  node: SyntaxNode;
  program: Program;
  scope: Scope;
  base: Value;
  statics: Map<string, Value>;
};

export const UNKNOWN: Value = { kind: 'unknown' };
export const UNDEFINED: Value = { kind: 'constant', value: null };

/** How often a place is gone through when the cells are run once: `per call` of a function, `often` in a loop or callback. */
export type Times = 'once' | 'per call' | 'often';

export type Argument = { value: Value; node: SyntaxNode; spread: boolean };

export type SeenCall = {
  seen: 'call';
  /** Full name, such as `tf.randomNormal` or, on what a call gave, `tf.data.Dataset.shuffle`; `?.fit` where that is unknown. */
  api: string;
  cell: number;
  /** The cell's. */
  text: string;
  callee: Range;
  args: Argument[];
  /** Where the parentheses stand; where the callee ends if there are none. */
  open: number;
  close: number;
  /** False while it is being typed: what follows may have been taken for its arguments. */
  whole: boolean;
  times: Times;
};

export type Seen =
  | SeenCall
  /** A function of a library that is handed on without a call. */
  | { seen: 'reference'; api: string; cell: number; range: Range }
  /** `Math.random = …` */
  | { seen: 'replaced'; api: string; cell: number; value: Value }
  /** A reading of a clock that is computed with, other than for the time that passed. */
  | { seen: 'clock'; api: string; cell: number; range: Range }
  | { seen: 'import'; specifier: string; cell: number; range: Range }
  /** A string or template that is no import's: it may hold the address of a script. */
  | { seen: 'text'; text: string; cell: number; range: Range };
