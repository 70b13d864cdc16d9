/** Where on the stack the notebook's own code is. */
import path from 'node:path';

/** tslab's name for the code of every cell, and Deno's. */
const TSLAB_CELL = 'evalmachine.<anonymous>';
const CELL_FILES = new Set([TSLAB_CELL, '<anonymous>']);
const DEPTH = 60;

export type Frame = NodeJS.CallSite;

/** The stack above `below`, innermost first. */
export function stackAbove(below: (...args: never[]) => unknown): Frame[] {
  const { stackTraceLimit } = Error;
  const prepare = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace');
  const holder: { stack?: unknown } = {};
  try {
    Error.stackTraceLimit = DEPTH;
    Error.prepareStackTrace = (_error, frames) => frames;
    Error.captureStackTrace(holder, below);
    return Array.isArray(holder.stack) ? (holder.stack as Frame[]) : [];
  } finally {
    if (prepare === undefined) Reflect.deleteProperty(Error, 'prepareStackTrace');
    else Object.defineProperty(Error, 'prepareStackTrace', prepare);
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/**
 * The running cell's line, from 1, in the `lines` lines that tslab made of it: of the outermost frame within them, as the
 * script that calls the cell is one line further, and functions of earlier cells are called by it. Undefined in Deno.
 */
export function lineIn(lines: number, frames: Frame[]): number | undefined {
  const own = frames.filter((frame) => frame.getFileName() === TSLAB_CELL);
  return own.map((frame) => frame.getLineNumber() ?? 0).findLast((line) => line > 0 && line <= lines);
}

/** Whether the nearest frame outside Node itself is a cell's, or a module's of the notebook's own. */
export function isByUser(frames: Frame[], root: string): boolean {
  for (const frame of frames) {
    const file = frame.getFileName();
    if (file === null || file === undefined || CELL_FILES.has(file)) return true;
    if (file.startsWith('node:') || file.startsWith('ext:') || file === __filename) continue;
    const local = path.relative(root, file.replace(/^file:\/\//, ''));
    return !local.startsWith('..') && !path.isAbsolute(local) && !/(^|[\\/])node_modules[\\/]/.test(local);
  }
  return false;
}
