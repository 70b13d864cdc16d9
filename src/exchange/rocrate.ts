/**
 * The description of a run as an RO-Crate (1.1, with the profiles Process, Workflow and Provenance Run Crate 0.5): the
 * notebook is the workflow, its cells are the tools, and each execution of one is an action.
 */
import type { DataRead, Policy, RunRecord } from '../lineage/record';
import { versionWords } from '../replay/datawords';
import { TRUST_WORDS, VERDICT_WORDS } from '../replay/words';
import { trustOf } from '../replay/trust';
import { PRODUCER, VERSION } from './producer';
import {
  endedAt,
  type Exchanged,
  type Execution,
  provenanceOf,
  runEndedAt,
  type Version,
} from './provenance';

/** A file of the crate: `path` with `/`, relative to it; `size` in bytes. */
export type Part = { path: string; size: number; sha256: string };

/** `data`: files that cells read or wrote, by the key of their version. What is absent is not in the crate. */
export type CrateParts = {
  notebook: Part;
  record: Part;
  executed?: Part;
  verdict?: Part;
  lock?: Part;
  data: Map<string, Part>;
};

type Reference = { '@id': string };
export type Entity = { '@id': string; '@type': string | string[]; [property: string]: unknown };
export type Crate = { '@context': unknown; '@graph': Entity[] };

const TERMS = 'https://w3id.org/ro/terms/workflow-run#';
const CONTEXT = ['https://w3id.org/ro/crate/1.1/context', { sha256: `${TERMS}sha256` }];
const WORKFLOW_CRATE = 'https://w3id.org/workflowhub/workflow-ro-crate/1.0';
const PROFILES = [
  ['https://w3id.org/ro/wfrun/process/0.5', 'Process Run Crate', '0.5'],
  ['https://w3id.org/ro/wfrun/workflow/0.5', 'Workflow Run Crate', '0.5'],
  ['https://w3id.org/ro/wfrun/provenance/0.5', 'Provenance Run Crate', '0.5'],
  [WORKFLOW_CRATE, 'Workflow RO-Crate', '1.0'],
] as const;
const RUN = '#run';
const LANGUAGE = '#python';
const POLICIES: Record<Policy, string> = {
  close: 'with seeded streams',
  full: 'with seeded streams and deterministic operations',
  observe: 'as it was, observed',
};

/** @param license address of a licence, or its name; undefined where nobody said */
export function crateMetadata(exchanged: Exchanged, parts: CrateParts, license?: string): Crate {
  const { record } = exchanged;
  const provenance = provenanceOf(record);
  const { executions, versions } = provenance;
  const cells = executedCells(executions);
  const files = [parts.notebook, parts.executed, parts.record, parts.verdict, parts.lock].filter(
    (part) => part !== undefined,
  );
  const data = [...new Map([...parts.data.values()].map((part) => [part.path, part])).values()];
  const run = runAction(exchanged, parts, provenance);
  return {
    '@context': CONTEXT,
    '@graph': [
      {
        '@id': 'ro-crate-metadata.json',
        '@type': 'CreativeWork',
        about: { '@id': './' },
        conformsTo: [{ '@id': 'https://w3id.org/ro/crate/1.1' }, { '@id': WORKFLOW_CRATE }],
      },
      {
        '@id': './',
        '@type': 'Dataset',
        name: `Run ${record.header.run} of ${record.header.notebook}`,
        description: describe(exchanged),
        datePublished: runEndedAt(record),
        license: licenseReference(license),
        conformsTo: PROFILES.map(([id]) => ({ '@id': id })),
        hasPart: [...files, ...data].map(partReference),
        mainEntity: partReference(parts.notebook),
        mentions: [{ '@id': RUN }, ...executions.map((execution) => ({ '@id': actionOf(execution) }))],
      },
      ...PROFILES.map(([id, name, version]) => ({ '@id': id, '@type': 'CreativeWork', name, version })),
      licenseEntity(license),
      notebookEntity(record, parts.notebook, cells),
      ...cells.flatMap((execution, position) => cellEntities(exchanged, execution, position)),
      {
        '@id': LANGUAGE,
        '@type': 'ComputerLanguage',
        name: 'Python',
        version: record.header.environment.python.version,
      },
      ...engineEntities(executions),
      run,
      ...executions.map((execution) => executionAction(exchanged, execution, parts)),
      ...fileEntities(parts),
      ...data.map((part) => fileEntity(part)),
      ...versions.filter(({ key }) => !parts.data.has(key)).map(versionEntity),
    ],
  };
}

/** The first execution of each cell that ran: what did not run is no tool of this run. */
function executedCells(executions: readonly Execution[]): Execution[] {
  const first = new Map<string, Execution>();
  for (const execution of executions)
    if (!first.has(execution.line.id)) first.set(execution.line.id, execution);
  return [...first.values()];
}

function describe({ record, judgement }: Exchanged): string {
  const { header, root } = record;
  const how = POLICIES[header.policy] ?? header.policy;
  const verdict =
    judgement === undefined ? '' : ` Verdict of its newest replay: ${VERDICT_WORDS[judgement.verdict]}.`;
  return (
    `A run of a notebook by Reprise, ${how}.${verdict} Trust: ${TRUST_WORDS[trustOf(judgement)].toLowerCase()}. ` +
    `The chain of its record ends in sha256 ${root}.`
  );
}

function licenseReference(license: string | undefined): Reference {
  return { '@id': license !== undefined && /^https?:\/\//.test(license) ? license : '#license' };
}

function licenseEntity(license: string | undefined): Entity {
  return {
    ...licenseReference(license),
    '@type': 'CreativeWork',
    name: license ?? 'Not stated',
    ...(license === undefined
      ? { description: 'No licence was given when this crate was made. Ask who made it.' }
      : {}),
  };
}

function notebookEntity({ header }: RunRecord, part: Part, cells: readonly Execution[]): Entity {
  const git = header.git;
  return {
    ...fileEntity(part),
    '@type': ['File', 'SoftwareSourceCode', 'ComputationalWorkflow', 'HowTo'],
    name: header.notebook,
    version: git?.commit ?? part.sha256,
    ...(git?.remote === undefined ? {} : { codeRepository: git.remote }),
    programmingLanguage: { '@id': LANGUAGE },
    hasPart: cells.map((execution) => ({ '@id': toolOf(execution) })),
    step: cells.map((execution) => ({ '@id': stepOf(execution) })),
  };
}

function cellEntities({ title }: Exchanged, execution: Execution, position: number): Entity[] {
  const { line } = execution;
  const name = title(line) === '' ? `Cell ${line.index}` : `Cell ${line.index}: ${title(line)}`;
  return [
    {
      '@id': toolOf(execution),
      '@type': 'SoftwareSourceCode',
      name,
      identifier: line.id,
      version: line.source,
      sha256: line.source,
      programmingLanguage: { '@id': LANGUAGE },
    },
    {
      '@id': stepOf(execution),
      '@type': 'HowToStep',
      position: String(position),
      name,
      workExample: { '@id': toolOf(execution) },
    },
  ];
}

function engineEntities(executions: readonly Execution[]): Entity[] {
  return [
    { '@id': PRODUCER, '@type': 'SoftwareApplication', name: 'Reprise', softwareVersion: VERSION },
    {
      '@id': '#orchestration',
      '@type': 'OrganizeAction',
      name: 'Executing the cells of the notebook',
      instrument: { '@id': PRODUCER },
      object: executions.map((execution) => ({ '@id': controlOf(execution) })),
      result: { '@id': RUN },
    },
    ...executions.map((execution) => ({
      '@id': controlOf(execution),
      '@type': 'ControlAction',
      name: `Executing cell ${execution.line.index}`,
      instrument: { '@id': stepOf(execution) },
      object: { '@id': actionOf(execution) },
    })),
  ];
}

function runAction(
  { record }: Exchanged,
  parts: CrateParts,
  { inputs, outputs }: Pick<ReturnType<typeof provenanceOf>, 'inputs' | 'outputs'>,
): Entity {
  const { header, summary, cells } = record;
  const raised = cells.find(({ status }) => status === 'error');
  const made = [parts.executed, parts.record].flatMap((part) =>
    part === undefined ? [] : partReference(part),
  );
  return {
    '@id': RUN,
    '@type': 'CreateAction',
    name: `Run ${header.run}`,
    identifier: header.run,
    description: `${cells.length} executions under policy ${header.policy}`,
    startTime: header.startedAt,
    endTime: runEndedAt(record),
    instrument: partReference(parts.notebook),
    object: inputs.map((version) => referenceOf(version, parts)),
    result: [...made, ...outputs.map((version) => referenceOf(version, parts))],
    ...statusOf(summary?.status === 'ok', raised?.error?.ename ?? summary?.status ?? 'It has no end'),
  };
}

function executionAction({ title }: Exchanged, execution: Execution, parts: CrateParts): Entity {
  const { line, used, made } = execution;
  const refer = (all: Version[]): Reference[] => all.map((version) => referenceOf(version, parts));
  return {
    '@id': actionOf(execution),
    '@type': 'CreateAction',
    name: `Execution ${line.execution} of cell ${line.index}`,
    ...(title(line) === '' ? {} : { description: title(line) }),
    startTime: line.startedAt,
    endTime: endedAt(line),
    instrument: { '@id': toolOf(execution) },
    object: refer(used),
    result: refer(made),
    ...statusOf(line.status === 'ok', line.error?.ename ?? 'error'),
  };
}

function statusOf(good: boolean, error: string): Record<string, unknown> {
  if (good) return { actionStatus: { '@id': 'http://schema.org/CompletedActionStatus' } };
  return { actionStatus: { '@id': 'http://schema.org/FailedActionStatus' }, error };
}

function fileEntities({ executed, record, verdict, lock }: CrateParts): Entity[] {
  const described: [Part | undefined, string, string][] = [
    [executed, 'The notebook as it was executed', 'application/x-ipynb+json'],
    [record, 'The record of the run', 'application/jsonl'],
    [verdict, 'The verdict of its newest replay', 'application/json'],
    [lock, 'The lock of its environment', 'application/toml'],
  ];
  return described.flatMap(([part, name, encodingFormat]) =>
    part === undefined ? [] : { ...fileEntity(part), name, encodingFormat },
  );
}

function fileEntity(part: Part): Entity {
  const { path, size, sha256 } = part;
  return { ...partReference(part), '@type': 'File', name: path, contentSize: String(size), sha256 };
}

/** A value, or a file that is not in the crate: named by its digest. */
function versionEntity({ key, kind, name, number, digest, type, size, read }: Version): Entity {
  const about = { '@id': `#${key}`, ...(digest === undefined ? {} : { sha256: digest }) };
  if (read !== undefined) return dataEntity(key, name, read);
  if (kind === 'file') {
    const contentSize = size === undefined ? {} : { contentSize: String(size) };
    return {
      ...about,
      '@type': 'CreativeWork',
      name,
      ...contentSize,
      description: 'A file that is not in the crate.',
    };
  }
  return {
    ...about,
    '@type': 'PropertyValue',
    name,
    value: digest ?? 'not digested',
    version: number,
    ...(type === undefined ? {} : { additionalType: type }),
  };
}

/** Data that lies elsewhere, by what was said there of its version. */
function dataEntity(key: string, name: string, read: DataRead): Entity {
  const version = versionWords(read);
  return {
    '@id': `#${key}`,
    '@type': 'CreativeWork',
    name,
    description: 'Data from elsewhere that a cell read. It is not in the crate.',
    ...(version === '' ? {} : { version }),
    ...(/^https?:/.test(read.name) ? { url: read.name } : {}),
  };
}

function referenceOf({ key }: Version, { data }: CrateParts): Reference {
  const part = data.get(key);
  return part === undefined ? { '@id': `#${key}` } : partReference(part);
}

function partReference({ path }: Part): Reference {
  return { '@id': path.split('/').map(encodeURIComponent).join('/') };
}

function toolOf({ line }: Execution): string {
  return `#cell-${encodeURIComponent(line.id)}`;
}

function stepOf({ line }: Execution): string {
  return `#step-${encodeURIComponent(line.id)}`;
}

function actionOf({ seq }: Execution): string {
  return `#execution-${seq}`;
}

function controlOf({ seq }: Execution): string {
  return `#control-${seq}`;
}
