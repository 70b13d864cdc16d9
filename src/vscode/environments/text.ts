/** Environments laid out for reading: one of a notebook, and the difference of two. */
import { affectsOfPackage } from '../../environment/affects';
import type { Drift, Fingerprint } from '../../environment/fingerprint';
import { kernelWords, plural } from '../../replay/words';
import { type PinState, pinWords } from '../follow/pin';
import type { Header } from '../follow/lines';
import { differences, type Side } from './side';
import { table } from './table';

export type Shown = { name: string; pin?: PinState; /** Of the newest run. */ header?: Header };

/** The packages of a notebook, those marked that the newest run had otherwise, and what machine it ran on. */
export function environmentText({ name, pin, header }: Shown): string {
  const locked = pin?.packages ?? new Map<string, string>();
  // A run in JavaScript has the fingerprint of the agent's Python, whose packages are not the notebook's.
  const isPython = header?.javascript === undefined;
  const ran = isPython ? (header?.environment.packages ?? {}) : {};
  const parts = [
    `# Environment of ${name}`,
    [
      pin === undefined ? 'Not pinned: *Reprise: Pin Environment* locks it.' : `Pinned: ${pinWords(pin)}.`,
      header === undefined ? 'Nothing has run yet.' : `Newest run: ${runWords(header)}.`,
    ].join('  \n'),
    packages(locked, ran, header !== undefined && isPython),
    ...(header === undefined ? [] : [`## Fingerprint of run ${header.run}`, fingerprint(header)]),
  ];
  return `${parts.join('\n\n')}\n`;
}

/** What differs between two environments, and what each difference can change. */
export function comparisonText(before: Side, after: Side): string {
  const found = differences(before, after);
  const matters = found.filter(({ affects }) => affects.some((what) => what !== 'nothing'));
  const nothing = found.filter((each) => !matters.includes(each));
  const count = `${plural(matters.length, 'difference')} that can change a result, ${nothing.length} that cannot`;
  const parts = [
    '# Environments compared',
    `Before: ${before.title}  \nAfter: ${after.title}`,
    found.length === 0 ? 'They are the same.' : `${count}.`,
    ...(matters.length > 0 ? ['## What can change a result', rowsOf(matters)] : []),
    ...(nothing.length > 0 ? ['## What changes nothing', rowsOf(nothing)] : []),
    ...(before.machine && after.machine
      ? []
      : ['A pin names Python and packages alone: nothing else of the machine is compared.']),
  ];
  return `${parts.join('\n\n')}\n`;
}

function rowsOf(drift: readonly Drift[]): string {
  return table(
    ['what', 'before', 'after', 'can change'],
    drift.map(({ what, before, after, affects }) => [what, shown(before), shown(after), affects.join(', ')]),
  );
}

/** Digests are recognised by their beginning. */
function shown(value: string | undefined): string {
  if (value === undefined) return 'absent';
  return /^[0-9a-f]{64}$/.test(value) ? value.slice(0, 12) : value;
}

function runWords(header: Header): string {
  const { run, pin } = header;
  return `${run}, ${ranOn(header)}, ${pin === undefined ? 'without a pin' : `pinned by ${pin.lock}`}`;
}

/** What ran the cells: a Python, or the kernel of a notebook in JavaScript. */
export function ranOn({ environment, javascript }: Pick<Header, 'environment' | 'javascript'>): string {
  return javascript === undefined ? `Python ${environment.python.version}` : kernelWords(javascript);
}

function packages(locked: ReadonlyMap<string, string>, ran: Record<string, string>, hasRun: boolean): string {
  const names = [...new Set([...locked.keys(), ...Object.keys(ran)])].sort();
  if (names.length === 0) return 'No package is known yet.';
  const isPinned = locked.size > 0;
  const changed = names.filter((name) => isChanged(locked.get(name), ran[name]));
  const rows = names.map((name) => {
    const [pinned, had] = [locked.get(name), ran[name]];
    const mark = isChanged(pinned, had) ? `changed: ${affectsOfPackage(name, pinned, had).join(', ')}` : '';
    return [
      name,
      ...(isPinned ? [pinned ?? ''] : []),
      ...(hasRun ? [had ?? ''] : []),
      ...(changed.length > 0 ? [mark] : []),
    ];
  });
  const head = ['package', ...(isPinned ? ['pinned'] : []), ...(hasRun ? ['newest run'] : [])];
  const marked = changed.length > 0 ? [...head, 'can change'] : head;
  const note = changed.length > 0 ? `, ${changed.length} of them not as pinned in the newest run` : '';
  return `## ${plural(names.length, 'package')}${note}\n\n${table(marked, rows)}`;
}

/** What only one of the two has is no change: a lock need not name what a machine has besides. */
function isChanged(pinned: string | undefined, had: string | undefined): boolean {
  return pinned !== undefined && had !== undefined && pinned !== had;
}

function fingerprint({ environment, javascript }: Header): string {
  const { python, os, cpu, gpus = [], variables = {} }: Fingerprint = environment;
  const rows = [
    ...(javascript === undefined ? [] : [['kernel', kernelWords(javascript)]]),
    [
      javascript === undefined ? 'python' : 'python of the agent',
      `${python.implementation} ${python.version}, ${python.build}, ${python.compiler}`,
    ],
    ...(os ? [['system', `${os.system} ${os.release}, ${os.libc}`]] : []),
    ...(cpu ? [['processor', `${cpu.model}, ${plural(cpu.cores, 'core')}, flags ${shown(cpu.flags)}`]] : []),
    ...gpus.map(({ product, driver }) => ['gpu', `${product}${driver ? `, driver ${driver}` : ''}`]),
    ...Object.entries(variables).map(([name, value]) => [name, value]),
  ];
  return table(['what', 'is'], rows);
}
