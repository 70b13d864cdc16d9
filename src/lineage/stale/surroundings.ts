/**
 * What of the process an execution depended on and what it set: working folder, environment variables, `sys.path`, and
 * settings of libraries, each as the record has it before and after.
 */
import { sameCode } from './same';
import { factsOf } from './source';
import type { Executed, Execution } from './timeline';
import { AT_START, type Key, keyOf, START, type Version } from './versions';

const PROCESS_READERS = {
  cwd: /\bgetcwd\b|\bchdir\b|\bcwd\b|\bPath\b|\bglob\b|\blistdir\b|\bpwd\b|^\s*[!%]/m,
  // Not `environ[…] = …` and `environ.update`, which only set.
  environ: /\benviron\b(?!\s*\[[^\]]*\]\s*=(?!=)|\.update\b)|\bgetenv\b|\bsubprocess\b|\bsystem\b|^\s*[!%]/m,
  'sys.path': /\bsys\b|^\s*(import|from)\b/m,
};

/**
 * What it depended on, as it found it.
 * @param now what the kernel holds; a setting that is seen for the first time is added as the kernel's start left it
 * @param last the cell's execution before
 */
export function surroundingsRead(
  executed: Executed,
  now: Map<Key, Version>,
  last: Execution | undefined,
): Map<Key, Version> {
  const { line, source } = executed;
  const reads = new Map<Key, Version>();
  for (const [name, digest] of Object.entries(line.process?.before ?? {})) {
    const key = keyInProcess(name);
    if (!now.has(key)) now.set(key, { ...AT_START, digest });
    const reader = PROCESS_READERS[name as keyof typeof PROCESS_READERS];
    // A cell that makes a setting does not depend on what it was.
    const depends =
      reader?.test(source) ?? (line.process?.used?.includes(name) && !sets(executed, name, last));
    if (!depends && (name !== 'cwd' || line.files.length === 0)) continue;
    const known = now.get(key);
    reads.set(key, { ...(known?.is === 'value' ? known : { is: 'value', by: START }), digest });
  }
  return reads;
}

/** What it set, with the digests of what that is now. @param last the cell's execution before */
export function surroundingsSet(executed: Executed, last: Execution | undefined): Map<Key, string> {
  const after = Object.entries(executed.line.process?.after ?? {});
  return new Map(
    after.flatMap(([name, digest]) => (sets(executed, name, last) ? [[keyInProcess(name), digest]] : [])),
  );
}

/** Whether it changed something of the process, or set it again as when it last ran. */
function sets({ line, source }: Executed, name: string, last: Execution | undefined): boolean {
  const { before, after } = line.process!;
  const facts = factsOf(source);
  const setsAny = facts.changesProcess || facts.setsAttributes;
  // Of a library that the cell imported: what it came with, unless the cell went on to set something.
  if (before[name] === undefined) return setsAny;
  if (after[name] !== before[name]) return true;
  const version = last?.writes.get(keyInProcess(name));
  if (version?.is !== 'value' || version.digest !== after[name]) return false;
  return sameCode(last!.source, source) || setsAny;
}

/** `module config` is the state of a module's attributes. */
function keyInProcess(name: string): Key {
  const module = /^module (.+)/.exec(name)?.[1];
  return module === undefined ? keyOf('process', name) : keyOf('module', module);
}
