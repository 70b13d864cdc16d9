import type { TestContext } from 'vitest';

declare module 'vitest' {
  interface TaskMeta {
    skipped?: string;
  }
}

/** Skips a test for something that not every machine can have; the gate shows the reason and goes on. */
export function optional({ task, skip }: TestContext, reason: string): never {
  const note = `optional: ${reason}`;
  // The JSON report has no notes.
  task.meta.skipped = note;
  return skip(note);
}
