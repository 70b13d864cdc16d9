/**
 * A run as OpenLineage events (spec 2-0-2): the notebook is a job, each execution of a cell a run of a job of its own whose
 * parent is the notebook's, and each file a dataset whose version is its sha256, as is data from elsewhere with its own.
 */
import { createHash } from 'node:crypto';
import { trustOf } from '../replay/trust';
import type { CellLine, DataRead, RunRecord } from '../lineage/record';
import { PRODUCER, VERSION } from './producer';
import {
  endedAt,
  type Exchanged,
  type Execution,
  provenanceOf,
  runEndedAt,
  type Version,
} from './provenance';

type Facet = { _producer: string; _schemaURL: string };
type Facets = Record<string, Facet>;
type Dataset = { namespace: string; name: string; facets: Facets };
type Job = { namespace: string; name: string };

export type RunEvent = {
  eventType: 'START' | 'COMPLETE' | 'FAIL' | 'ABORT';
  eventTime: string;
  run: { runId: string; facets: Facets };
  job: Job & { facets: Facets };
  inputs: Dataset[];
  outputs: Dataset[];
  producer: string;
  schemaURL: string;
};

const SPEC = 'https://openlineage.io/spec';
const JOBS = 'reprise';
/** Where files are that are named relative to the root of the run. */
const FILES = 'file';

/** In the order in which they happened. */
export function openLineageEvents(exchanged: Exchanged): RunEvent[] {
  const { record } = exchanged;
  const { executions, inputs, outputs } = provenanceOf(record);
  const notebook = { namespace: JOBS, name: record.header.notebook };
  const about = {
    run: { runId: runIdOf(record, 'run'), facets: runFacets(exchanged) },
    job: { ...notebook, facets: { jobType: jobType('NOTEBOOK'), ...sourceLocation(record) } },
    inputs: inputs.map(dataset),
  };
  const raised = record.cells.find(({ status }) => status === 'error');
  const end = {
    ...about,
    run: { ...about.run, facets: { ...about.run.facets, ...errorMessage(raised) } },
    outputs: outputs.map(dataset),
  };
  return [
    event('START', record.header.startedAt, { ...about, outputs: [] }),
    ...executions.flatMap((execution) => cellEvents(record, execution)),
    event(endOf(record), runEndedAt(record), end),
  ];
}

export function openLineageText(exchanged: Exchanged): string {
  return openLineageEvents(exchanged)
    .map((each) => JSON.stringify(each) + '\n')
    .join('');
}

function cellEvents(record: RunRecord, { seq, line, used, made }: Execution): RunEvent[] {
  const { notebook } = record.header;
  const parent = facet('facets/1-2-0/ParentRunFacet', {
    run: { runId: runIdOf(record, 'run') },
    job: { namespace: JOBS, name: notebook },
  });
  const failed = line.status === 'error';
  const about = {
    run: { runId: runIdOf(record, `execution ${seq}`), facets: { parent, ...errorMessage(line) } },
    job: { namespace: JOBS, name: `${notebook}#${line.id}`, facets: { jobType: jobType('CELL') } },
    inputs: used.filter(isDataset).map(dataset),
  };
  const start = { ...about, run: { ...about.run, facets: { parent } }, outputs: [] };
  return [
    event('START', line.startedAt, start),
    event(failed ? 'FAIL' : 'COMPLETE', endedAt(line), {
      ...about,
      outputs: made.filter(isDataset).map(dataset),
    }),
  ];
}

function event(
  eventType: RunEvent['eventType'],
  eventTime: string,
  about: Pick<RunEvent, 'run' | 'job' | 'inputs' | 'outputs'>,
): RunEvent {
  const schemaURL = `${SPEC}/2-0-2/OpenLineage.json#/$defs/RunEvent`;
  return { eventType, eventTime, ...about, producer: PRODUCER, schemaURL };
}

function endOf({ summary }: RunRecord): RunEvent['eventType'] {
  if (summary?.status === 'ok') return 'COMPLETE';
  return summary?.status === 'error' || summary?.status === 'died' ? 'FAIL' : 'ABORT';
}

function runFacets({ record, judgement }: Exchanged): Facets {
  const { header, root } = record;
  return {
    processing_engine: facet('facets/1-1-1/ProcessingEngineRunFacet', {
      version: header.environment.python.version,
      name: 'Python',
      openlineageAdapterVersion: VERSION,
    }),
    // The prefix is what the specification asks of facets that are not its own.
    reprise_record: facet(
      '2-0-2/OpenLineage',
      {
        run: header.run,
        root,
        policy: header.policy,
        trust: trustOf(judgement),
        ...(judgement === undefined ? {} : { verdict: judgement.verdict }),
      },
      'RunFacet',
    ),
  };
}

/** The kind of the error only: what it says may name places of the machine. */
function errorMessage(line: CellLine | undefined): Facets {
  if (line?.status !== 'error') return {};
  const message = `Cell ${line.index} raised ${line.error?.ename ?? 'an error'}`;
  const words = { message, programmingLanguage: 'Python' };
  return { errorMessage: facet('facets/1-0-1/ErrorMessageRunFacet', words) };
}

function jobType(type: 'NOTEBOOK' | 'CELL'): Facet {
  const words = { processingType: 'BATCH', integration: 'REPRISE', jobType: type };
  return facet('facets/2-0-4/JobTypeJobFacet', words);
}

function sourceLocation({ header: { git, notebook } }: RunRecord): Facets {
  if (git?.remote === undefined) return {};
  const { remote, commit } = git;
  const words = { type: 'git', url: remote, repoUrl: remote, path: notebook, version: commit };
  return { sourceCodeLocation: facet('facets/1-1-0/SourceCodeLocationJobFacet', words) };
}

function isDataset({ kind }: Version): boolean {
  return kind !== 'variable';
}

/** What says most of the content first. */
const VERSIONS = ['sha256', 'etag', 'generation', 'versionId', 'md5', 'blob', 'commit', 'revision', 'start', 'modified', 'rows', 'size']; // prettier-ignore

/** Names are those of the specification where it has them: what comes before the path, and the path. */
function dataFromElsewhere({ kind, name, query, version }: DataRead): Dataset {
  const parts = /^([a-z][a-z0-9+.-]*:\/\/[^/]*)\/?(.*)$/s.exec(name);
  const datasetVersion = VERSIONS.map((field) => version[field]).find((text) => text !== undefined);
  const said = { kind, version, ...(query === undefined ? {} : { query }) };
  return {
    namespace: parts === null ? kind : parts[1]!,
    name: parts === null ? name : parts[2]! || '/',
    facets: {
      ...(datasetVersion === undefined
        ? {}
        : { version: facet('facets/1-0-1/DatasetVersionDatasetFacet', { datasetVersion }) }),
      reprise_data: facet('2-0-2/OpenLineage', said, 'DatasetFacet'),
    },
  };
}

function dataset({ name, digest, read }: Version): Dataset {
  if (read !== undefined) return dataFromElsewhere(read);
  const words = { datasetVersion: digest };
  const version = facet('facets/1-0-1/DatasetVersionDatasetFacet', words);
  return { namespace: FILES, name, facets: digest === undefined ? {} : { version } };
}

function facet(schema: string, words: object, type = schema.split('/').at(-1)!): Facet {
  return { _producer: PRODUCER, _schemaURL: `${SPEC}/${schema}.json#/$defs/${type}`, ...words };
}

/** The same for the same run, so that events that are sent twice are no second run: a UUID of RFC 9562, version 8. */
function runIdOf({ header, root }: RunRecord, what: string): string {
  const digest = createHash('sha256').update(`${header.run}\0${root}\0${what}`).digest();
  digest[6] = (digest[6]! & 0x0f) | 0x80;
  digest[8] = (digest[8]! & 0x3f) | 0x80;
  const hex = digest.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
}
