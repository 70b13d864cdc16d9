/** What the analysis sees of a Python cell. Ranges are offsets in UTF-16 code units. */
export type Range = { from: number; to: number };

export type Constant = string | number | boolean | null;

export type Expression = Range &
  (
    | { type: 'name'; name: string }
    | { type: 'attribute'; value: Expression; name: string }
    | Call
    | { type: 'constant'; value: Constant }
    /** Strings of bytes, `...`, and what else no rule asks for. */
    | { type: 'literal' }
    | { type: 'format'; parts: Expression[] }
    | { type: 'list' | 'tuple' | 'set'; items: Expression[] }
    | { type: 'dict'; entries: { key: Expression | null; value: Expression }[] }
    | Comprehension
    | { type: 'lambda'; parameters: Parameter[]; body: Expression }
    | { type: 'binary'; operator: string; left: Expression; right: Expression }
    | { type: 'unary'; operator: string; operand: Expression }
    | { type: 'conditional'; test: Expression; body: Expression; otherwise: Expression }
    | { type: 'subscript'; value: Expression; index: Expression[] }
    | { type: 'starred'; value: Expression }
    | { type: 'named'; target: Expression; value: Expression }
    /** Anything else: its parts are looked at, its value is not known. */
    | { type: 'other'; parts: Expression[] }
  );

export type Argument = { name?: string; star?: '*' | '**'; value: Expression };

export type Call = Range & {
  type: 'call';
  callee: Expression;
  args: Argument[];
  /** Where the parentheses stand. */
  open: number;
  close: number;
  /** False while it is being typed: what follows may have been taken for its arguments. */
  whole: boolean;
};

export type Comprehension = Range & {
  type: 'comprehension';
  kind: 'list' | 'set' | 'dict' | 'generator';
  elements: Expression[];
  clauses: { target: Expression; iterable: Expression }[];
  conditions: Expression[];
};

export type Parameter = { name: string; star?: '*' | '**'; fallback?: Expression };

export type Statement = Range &
  (
    | { type: 'import'; names: { path: string; as?: string }[] }
    | { type: 'import-from'; module: string; names: { name: string; as: string }[] | '*' }
    | { type: 'assign'; targets: Expression[]; value?: Expression }
    | { type: 'update'; target: Expression; operator: string; value: Expression }
    | { type: 'expression'; value: Expression }
    | Definition
    | { type: 'class'; name: string; bases: Argument[]; decorators: Expression[]; body: Statement[] }
    | { type: 'if'; branches: { test?: Expression; body: Statement[] }[] }
    | { type: 'for'; target: Expression; iterable: Expression; body: Statement[]; otherwise: Statement[] }
    | { type: 'while'; test: Expression; body: Statement[]; otherwise: Statement[] }
    | { type: 'with'; items: { value: Expression; target?: Expression }[]; body: Statement[] }
    | { type: 'try'; bodies: Statement[][]; names: string[] }
    | { type: 'return'; value?: Expression }
    | { type: 'delete'; targets: Expression[] }
    | { type: 'global'; names: string[] }
    /** Anything else: its expressions and its bodies. */
    | { type: 'other'; parts: Expression[]; body: Statement[] }
  );

export type Definition = Range & {
  type: 'function';
  name: string;
  parameters: Parameter[];
  decorators: Expression[];
  body: Statement[];
};
