/** What differs between two environments, and what that can change. */
import {
  affectsOfPackage,
  affectsOfPython,
  affectsOfVariable,
  ALL,
  type Affects,
  NOTHING,
  NUMBERS,
} from './affects';
import type { Drift, Fingerprint } from './fingerprint';

export function compareFingerprints(before: Fingerprint, after: Fingerprint): Drift[] {
  return [
    ...pythonDrift(before, after),
    ...packageDrift(before.packages, after.packages),
    ...variableDrift(before, after),
    ...machineDrift(before, after),
    ...gpuDrift(before.gpus, after.gpus),
    // The order in which it lists names: `os.listdir`, `glob`, and the splits that are made of them.
    ...known('filesystem', 'os', before.filesystem, after.filesystem, ['order']),
  ];
}

/** The rows that can change a result. */
export function driftThatMatters(drift: readonly Drift[]): Drift[] {
  return drift.filter(({ affects }) => affects.some((what) => what !== 'nothing'));
}

/** "numpy 2.2.0 → 2.3.1". */
export function driftPhrase({ what, before, after }: Drift): string {
  return `${what} ${before ?? 'absent'} → ${after ?? 'absent'}`;
}

function pythonDrift({ python: before }: Fingerprint, { python: after }: Fingerprint): Drift[] {
  return [
    ...row('python', 'python', before.version, after.version, affectsOfPython(before.version, after.version)),
    // PyPy and CPython share no set layout and no float paths in extension modules.
    ...row('python implementation', 'python', before.implementation, after.implementation, ALL),
    // Without the global lock threads interleave as they like.
    ...known('python threading', 'python', before.threading, after.threading, ['order', 'streams']),
    ...(before.version === after.version
      ? [
          ...row('python build', 'python', before.build, after.build, NOTHING),
          // The compiler of the interpreter decides libm inlining in `math`; extension modules bring their own.
          ...row('python compiler', 'python', before.compiler, after.compiler, NUMBERS),
        ]
      : []),
  ];
}

function packageDrift(before: Record<string, string>, after: Record<string, string>): Drift[] {
  return differing(before, after).map(([name, old, present]) => ({
    what: name,
    kind: 'package',
    ...values(old, present),
    affects: affectsOfPackage(name, old, present),
  }));
}

function variableDrift(before: Fingerprint, after: Fingerprint): Drift[] {
  const sameZone = before.timezone !== undefined && before.timezone === after.timezone;
  const sameLocale = effectiveLocale(before.variables) === effectiveLocale(after.variables);
  const isMoot = (name: string): boolean =>
    (name === 'TZ' && sameZone) || (/^(LANG|LC_)/.test(name) && sameLocale);
  const differ = differing(before.variables, after.variables).filter(([name]) => !isMoot(name));
  const rows = differ.map(([name, old, present]): Drift => ({
    what: name,
    kind: 'variable',
    ...values(old, present),
    affects: affectsOfVariable(name),
  }));
  const [old, present] = [before.locale, after.locale];
  const said = (names: RegExp): boolean => rows.some(({ what }) => names.test(what));
  return [
    ...rows,
    // What a variable says already is not said twice.
    ...(said(/^(LANG|LC_)/)
      ? []
      : [
          ...known('locale', 'variable', old?.collate, present?.collate, ['order']),
          ...known('number locale', 'variable', old?.numeric, present?.numeric, NUMBERS),
        ]),
    // A text file that is read as something else gives other strings.
    ...known('text encoding', 'variable', old?.encoding, present?.encoding, NUMBERS),
    ...(said(/^TZ$/) ? [] : known('time zone', 'variable', before.timezone, after.timezone, NUMBERS)),
  ];
}

/** POSIX: LC_ALL decides every category, else its own variable, else LANG; an empty one is as if it were not there. */
function effectiveLocale(variables: Record<string, string>): string {
  const { LC_ALL, LANG } = variables;
  const categories = ['COLLATE', 'CTYPE', 'MESSAGES', 'MONETARY', 'NUMERIC', 'TIME'];
  return categories.map((name) => LC_ALL || variables[`LC_${name}`] || LANG || 'C').join();
}

function machineDrift(before: Fingerprint, after: Fingerprint): Drift[] {
  const sameModel = before.cpu.model === after.cpu.model;
  return [
    ...row('os', 'os', before.os.system, after.os.system, ALL),
    ...row('os release', 'os', before.os.release, after.os.release, NOTHING),
    // What of it reaches results has rows of its own: libc, Python, packages.
    ...known('os distribution', 'os', before.os.distribution, after.os.distribution, NOTHING),
    // libm is part of it: exp, log, pow.
    ...row('libc', 'os', before.os.libc, after.os.libc, NUMBERS),
    // Instruction sets decide dispatch: last bits, torch's normal draws, ties of unstable sorts.
    ...row('cpu flags', 'cpu', before.cpu.flags, after.cpu.flags, ALL),
    // BLAS picks its kernels by core type even where the instruction sets are the same.
    ...row('cpu model', 'cpu', before.cpu.model, after.cpu.model, NUMBERS),
    // Virtual machines give several generations one name.
    ...(sameModel ? known('cpu identity', 'cpu', before.cpu.identity, after.cpu.identity, NUMBERS) : []),
    // Default thread counts follow the cores.
    ...row('cpu cores', 'cpu', String(before.cpu.cores), String(after.cpu.cores), NUMBERS),
    ...(before.cpu.cores === after.cpu.cores
      ? known('cpu affinity', 'cpu', before.cpu.affinity, after.cpu.affinity, NOTHING)
      : []),
    ...known('cpu microcode', 'cpu', before.cpu.microcode, after.cpu.microcode, NOTHING),
    ...known('hypervisor', 'cpu', before.cpu.hypervisor, after.cpu.hypervisor, NOTHING),
    ...known('numa nodes', 'cpu', before.cpu.numa, after.cpu.numa, NOTHING),
  ];
}

function gpuDrift(before: Fingerprint['gpus'], after: Fingerprint['gpus']): Drift[] {
  const products = (gpus: Fingerprint['gpus']): string => gpus.map(({ product }) => product).join(', ');
  const drivers = (gpus: Fingerprint['gpus']): string => gpus.map(({ driver }) => driver ?? '').join(', ');
  // Architecture and number of multiprocessors decide how every reduction is split.
  const rows = row('gpu', 'gpu', products(before), products(after), NUMBERS);
  // Code comes compiled with the CUDA libraries; the driver alone rarely recompiles any.
  return rows.length > 0 ? rows : row('gpu driver', 'gpu', drivers(before), drivers(after), NOTHING);
}

/** `''` is of what is not there. */
export function row(
  what: string,
  kind: Drift['kind'],
  before: string,
  after: string,
  affects: Affects,
): Drift[] {
  return before === after
    ? []
    : [{ what, kind, ...values(before || undefined, after || undefined), affects }];
}

/** No row where one of the two does not say: an older record, or what could not be read. */
export function known(
  what: string,
  kind: Drift['kind'],
  before: string | number | undefined,
  after: string | number | undefined,
  affects: Affects,
): Drift[] {
  return before === undefined || after === undefined
    ? []
    : row(what, kind, String(before), String(after), affects);
}

export function differing(
  before: Record<string, string>,
  after: Record<string, string>,
): [name: string, before: string | undefined, after: string | undefined][] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .sort()
    .filter((name) => before[name] !== after[name])
    .map((name) => [name, before[name], after[name]]);
}

function values(before?: string, after?: string): { before?: string; after?: string } {
  return { ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) };
}
