/** The seal of runs that gave the same result: what all of them agree on, cell by cell, in bytes that depend on nothing else. */
import { CANON, type CanonContext } from '../../notebook/canon';
import { canonicalJson, sha256 } from '../../notebook/digest';
import { volatileReason } from '../../notebook/model';
import { rawDigest, type Output } from '../../notebook/output';
import {
  type Sealed,
  type SealedCell,
  type SealedData,
  type SealedEnvironment,
  type SealedFile,
  type SealedVariable,
  UNPINNED,
} from '../../notebook/seal';
import { affectsOfPackage } from '../../environment/affects';
import type { Fingerprint } from '../../environment/fingerprint';
import type { DataRead, RecordedFile, RunRecord } from '../../lineage/record';
import { isUnderRoot } from '../compare/files';
import { contextOf, outputCount } from '../compare/outputs';
import type { Judgement } from '../documents';
import type { Side } from '../compare/side';
import { type CellView, codeCells, viewOf } from '../compare/view';
import { sealOutputs } from './outputs';

/** Characters of a cell's line: 100 of them stay below 80 kB. Numbers give way to digests. */
const LONGEST_LINE = 780;

/** Times and numbers of jobs are of the run. What DVC tracks is a file, and sealed as one. */
const OF_THE_RUN = new Set(['modified', 'job']);
const MOST_DATA = 100;

export type RecordedSide = Side & { record: RunRecord };

/**
 * @param runs recorded runs that were judged to be the same, of which the last is sealed
 * @throws RangeError without a run
 */
export function makeSeal(
  runs: readonly RecordedSide[],
  { verdict, covered }: Pick<Judgement, 'verdict' | 'covered'>,
  options: { allowErrors?: boolean } = {},
): Sealed {
  const sealed = runs.at(-1);
  if (sealed === undefined) throw new RangeError('There is no run to seal.');
  const { header, summary } = sealed.record;
  const { results } = summary ?? {};
  const sameResults = results && runs.every(({ record }) => record.summary?.results === results);
  return {
    canon: CANON,
    values: header.values,
    verdict: verdict as Sealed['verdict'],
    policy: header.policy,
    seed: header.seed.value,
    entropy: header.entropy,
    rng: header.rng,
    ...(header.strict ? { strict: true as const } : {}),
    ...(options.allowErrors ? { allowErrors: true as const } : {}),
    pin: header.pin?.sha256 ?? UNPINNED,
    environment: sealedEnvironment(header.environment),
    covered: {
      outputs: covered.outputs,
      files: covered.files,
      variables: { compared: covered.variables.compared, uncompared: covered.variables.uncompared },
      runs: covered.runs,
    },
    ...(sameResults ? { results } : {}),
    cells: codeCells(sealed)
      .map((cell) => runs.map((run) => viewOf(run, cell)))
      .filter((views) => views.at(-1)?.ran)
      .map(sealCell),
  };
}

/** What the machine and its packages are, as far as a result can depend on them. */
export function sealedEnvironment({ python, os, cpu, gpus, packages }: Fingerprint): SealedEnvironment {
  return {
    python: python.version,
    system: os.system,
    libc: os.libc,
    cpu: cpu.model,
    flags: cpu.flags,
    cores: cpu.cores,
    ...(gpus.length > 0 ? { gpus: gpus.map(({ product }) => product) } : {}),
    packages: packagesDigest(packages),
  };
}

/** @param views of one cell in all runs; the last is sealed */
function sealCell(views: readonly CellView[]): SealedCell {
  const view = views.at(-1) as CellView;
  const volatile = volatileReason(view.source) !== undefined;
  const outputs = view.outputs ?? [];
  const files = sealedFiles(views);
  const data = sealedData(views);
  const variables = sealedVariables(view);
  const cell: SealedCell = {
    index: view.index,
    id: view.id,
    source: view.line?.source ?? '',
    ...(volatile ? { volatile: true as const } : {}),
    outputs: volatile ? 0 : outputCount(view),
  };
  const rest = {
    ...(files.length > 0 ? { files } : {}),
    ...(data.length > 0 ? { data } : {}),
    ...(variables.length > 0 ? { variables } : {}),
  };
  if (volatile) return { ...cell, ...rest };
  const context = contextOf(view);
  const { raw, canonical, layout } = sealOutputs(outputs, context);
  const sameRaw = views.every((other) => other.outputs !== undefined && rawDigest(other.outputs) === raw);
  const digests = {
    ...(sameRaw ? { raw } : {}),
    ...(sameRaw && canonical === raw ? {} : { canonical }),
    ...(layout === canonical ? {} : { layout }),
  };
  const room = LONGEST_LINE - JSON.stringify({ ...cell, ...digests, ...rest }).length;
  return { ...cell, ...digests, ...printed(outputs, context, room), ...rest };
}

/** @param room characters that are left in the cell's line */
function printed(
  outputs: readonly Output[],
  context: CanonContext,
  room: number,
): Pick<SealedCell, 'numbers' | 'rest'> {
  let left = room - JSON.stringify({ numbers: [], rest: sha256('') }).length;
  const all = sealOutputs(outputs, context).numbers;
  const over = all.findIndex((number) => (left -= JSON.stringify(number).length + 1) < 0);
  const count = over < 0 ? all.length : over;
  if (count === 0) return {};
  const { numbers, rest } = sealOutputs(outputs, context, count);
  return { numbers, rest };
}

function sealedFiles(views: readonly CellView[]): SealedFile[] {
  const files = views.map(({ line }) => new Map(line?.files.map((file) => [keyOf(file), file])));
  return [...(files.at(-1)?.values() ?? [])]
    .filter((file) => isUnderRoot(file) && (file.mode === 'write' || file.attribution === 'exact'))
    .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
    .map((file) => sealFile(file, files.map((each) => each.get(keyOf(file))))); // prettier-ignore
}

function sealFile(file: RecordedFile, all: readonly (RecordedFile | undefined)[]): SealedFile {
  const same = (field: 'sha256' | 'content'): object =>
    file[field] !== undefined && all.every((other) => other?.[field] === file[field])
      ? { [field]: file[field] }
      : {};
  return {
    path: file.path,
    mode: file.mode,
    ...same('sha256'),
    ...same('content'),
    ...(file.deleted ? { deleted: true } : {}),
    ...(file.attribution === 'weak' ? { attribution: 'weak' as const } : {}),
  };
}

function keyOf({ path, mode }: RecordedFile): string {
  return `${path} ${mode}`;
}

function sealedData(views: readonly CellView[]): SealedData[] {
  const all = views.map(({ line }) => readsFromElsewhere(line?.data ?? []));
  return (all.at(-1) ?? []).slice(0, MOST_DATA).flatMap(({ kind, name, query, version }, n) => {
    const fields = Object.entries(version).filter(
      ([field, text]) =>
        !OF_THE_RUN.has(field) &&
        all.every((reads) => sameRead(reads[n], name, query) && reads[n]?.version[field] === text),
    );
    if (fields.length === 0) return [];
    return [{ kind, name, ...(query === undefined ? {} : { query }), version: Object.fromEntries(fields) }];
  });
}

function readsFromElsewhere(data: readonly DataRead[]): DataRead[] {
  // A path outside the root is another one on another machine.
  return data.filter(({ kind, name, own }) => kind !== 'dvc' && own !== true && !name.includes(':~/'));
}

function sameRead(read: DataRead | undefined, name: string, query: string | undefined): boolean {
  return read?.name === name && read.query === query;
}

function sealedVariables({ line }: CellView): SealedVariable[] {
  if (!line?.entropy.some(({ reach }) => reach === 'unreached')) return [];
  return line.writes
    .map(({ name, digest, how }) => ({ name, ...(digest === undefined ? {} : { digest }), how }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function packagesDigest(packages: Fingerprint['packages']): string {
  const counting = Object.entries(packages).filter(
    ([name, version]) => !affectsOfPackage(name, version).includes('nothing'),
  );
  return sha256(canonicalJson(Object.fromEntries(counting)));
}
