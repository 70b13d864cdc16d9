/** The lines of `reprise session`: what may be asked, and what is answered (contracts, "The session protocol"). */
import type { State } from '../../lineage/stale/state';
import type { Output } from '../../notebook/output';
import type { CellRun } from '../documents';

export type Operation =
  | { op: 'run'; cell: string }
  | { op: 'edit'; cell: string; source: string }
  | { op: 'insert'; cell: string; index?: number; source: string }
  | { op: 'delete'; cell: string }
  | { op: 'move'; order: string[] }
  | { op: 'state' | 'restart' | 'interrupt' | 'quit' };

export type Answer =
  { ok: true; state: State; cell?: CellRun; outputs?: Output[] } | { ok: false; error: string; state: State };

/** A line that asks for nothing that can be done: it is answered with these words, and the session goes on. */
export class BadLine extends Error {}

/** @throws BadLine */
export function parseOperation(line: string): Operation {
  const fields = parse(line);
  switch (fields.op) {
    case 'run':
    case 'delete':
      return { op: fields.op, cell: text(fields, 'cell') };
    case 'edit':
      return { op: 'edit', cell: text(fields, 'cell'), source: text(fields, 'source') };
    case 'insert': {
      const { index } = fields;
      if (index !== undefined && (typeof index !== 'number' || !Number.isInteger(index) || index < 0)) {
        throw new BadLine('"index" is the position of the new cell among all cells, from 0.');
      }
      const cell = { cell: text(fields, 'cell'), source: text(fields, 'source') };
      return { op: 'insert', ...cell, ...(index === undefined ? {} : { index }) };
    }
    case 'move': {
      const { order } = fields;
      if (!Array.isArray(order) || !order.every((id): id is string => typeof id === 'string')) {
        throw new BadLine('"order" is the list of all cells, by id.');
      }
      return { op: 'move', order };
    }
    case 'state':
    case 'restart':
    case 'interrupt':
    case 'quit':
      return { op: fields.op };
    default:
      throw new BadLine(
        'Unknown operation. There are: run, edit, insert, delete, move, state, restart, interrupt, quit.',
      );
  }
}

function parse(line: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new BadLine('This line is no JSON.');
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new BadLine('A line is one JSON object, such as {"op":"state"}.');
}

function text(fields: Record<string, unknown>, name: string): string {
  const value = fields[name];
  if (typeof value === 'string') return value;
  throw new BadLine(`"${name}" is missing, or no text.`);
}
