/** A run as W3C PROV-JSON (the member submission of 24 April 2013): entities, activities, and who did what with which. */
import { trustOf } from '../replay/trust';
import type { DataRead, RunRecord } from '../lineage/record';
import { PRODUCER, REPRISE } from './producer';
import {
  endedAt,
  type Exchanged,
  type Execution,
  provenanceOf,
  runEndedAt,
  type Version,
} from './provenance';

type Typed = { $: string; type: string };
type Attributes = Record<string, string | number | Typed>;
type Elements = Record<string, Attributes>;

export type ProvDocument = {
  prefix: Record<string, string>;
  entity: Elements;
  activity: Elements;
  agent: Elements;
  used: Elements;
  wasGeneratedBy: Elements;
  wasAssociatedWith: Elements;
};

const SOFTWARE = 'run:reprise';
const RUN = 'run:run';
const NOTEBOOK = 'run:notebook';
const RECORD = 'run:record';

export function provDocument(exchanged: Exchanged): ProvDocument {
  const { record, judgement } = exchanged;
  const { executions, versions, inputs, outputs } = provenanceOf(record);
  const relations = new Relations();
  relations.associated(RUN, NOTEBOOK);
  for (const { key } of inputs) relations.used(RUN, `run:${key}`);
  for (const { key } of outputs) relations.generated(`run:${key}`, RUN);
  relations.generated(RECORD, RUN, runEndedAt(record));
  for (const execution of executions) relate(execution, relations);
  const document: ProvDocument = {
    prefix: {
      reprise: 'urn:reprise:prov#',
      run: `urn:reprise:run:${encodeURIComponent(record.header.run)}#`,
    },
    entity: {
      ...notebookEntities(record),
      ...Object.fromEntries(versions.map((version) => [`run:${version.key}`, versionAttributes(version)])),
    },
    activity: {
      [RUN]: runAttributes(record),
      ...Object.fromEntries(
        executions.map((execution) => [activityOf(execution), executionAttributes(exchanged, execution)]),
      ),
    },
    agent: {
      [SOFTWARE]: {
        'prov:type': qualified('prov:SoftwareAgent'),
        'prov:label': REPRISE,
        'reprise:producer': PRODUCER,
      },
    },
    used: relations.use,
    wasGeneratedBy: relations.generation,
    wasAssociatedWith: relations.association,
  };
  if (judgement === undefined) return document;
  document.entity['run:verdict'] = {
    'prov:type': qualified('reprise:Verdict'),
    'reprise:verdict': judgement.verdict,
    'reprise:trust': trustOf(judgement),
    'reprise:canon': judgement.by.canon,
  };
  document.activity['run:judging'] = { 'prov:label': 'Comparing the run with its replays' };
  relations.associated('run:judging');
  relations.generated('run:verdict', 'run:judging');
  judgement.by.runs.forEach(({ run, root }, position) => {
    const name = run === record.header.run ? RECORD : `run:compared-${position}`;
    document.entity[name] ??= {
      'prov:type': qualified('reprise:Record'),
      'prov:label': run,
      'reprise:root': root,
    };
    relations.used('run:judging', name);
  });
  return document;
}

/** Statements that have no names of their own. */
class Relations {
  readonly use: Elements = {};
  readonly generation: Elements = {};
  readonly association: Elements = {};

  used(activity: string, entity: string, time?: string): void {
    this.add(this.use, 'u', { 'prov:activity': activity, 'prov:entity': entity, ...at(time) });
  }

  generated(entity: string, activity: string, time?: string): void {
    this.add(this.generation, 'g', { 'prov:entity': entity, 'prov:activity': activity, ...at(time) });
  }

  associated(activity: string, plan?: string): void {
    this.add(this.association, 'a', {
      'prov:activity': activity,
      'prov:agent': SOFTWARE,
      ...(plan === undefined ? {} : { 'prov:plan': plan }),
    });
  }

  private add(to: Elements, letter: string, attributes: Attributes): void {
    to[`_:${letter}${Object.keys(to).length}`] = attributes;
  }
}

function relate(execution: Execution, relations: Relations): void {
  const activity = activityOf(execution);
  const { line, used, made } = execution;
  relations.associated(activity, sourceOf(line.source));
  for (const { key } of used) relations.used(activity, `run:${key}`, line.startedAt);
  for (const { key } of made) relations.generated(`run:${key}`, activity, endedAt(line));
}

function activityOf({ seq }: Execution): string {
  return `run:execution-${seq}`;
}

function sourceOf(digest: string): string {
  return `run:source-${digest}`;
}

function notebookEntities({ header, cells, root, summary }: RunRecord): Elements {
  const sources = [...new Set([...header.cells, ...cells].map(({ source }) => source))];
  return {
    [NOTEBOOK]: {
      'prov:type': qualified('prov:Plan'),
      'prov:label': header.notebook,
      ...(header.git === null ? {} : { 'reprise:commit': header.git.commit }),
    },
    [RECORD]: {
      'prov:type': qualified('reprise:Record'),
      'prov:label': header.run,
      'reprise:root': root,
      ...(summary === null ? {} : { 'reprise:results': summary.results }),
    },
    ...Object.fromEntries(
      sources.map((digest) => [
        sourceOf(digest),
        { 'prov:type': qualified('prov:Plan'), 'reprise:sha256': digest },
      ]),
    ),
  };
}

function runAttributes(record: RunRecord): Attributes {
  const { header, summary } = record;
  return {
    'prov:startTime': header.startedAt,
    'prov:endTime': runEndedAt(record),
    'prov:type': qualified('reprise:Run'),
    'prov:label': header.run,
    'reprise:policy': header.policy,
    'reprise:seed': header.seed.value,
    'reprise:python': header.environment.python.version,
    ...(header.pin === undefined ? {} : { 'reprise:lock': header.pin.sha256 }),
    ...(summary === null ? {} : { 'reprise:status': summary.status }),
  };
}

function executionAttributes({ title }: Exchanged, { line }: Execution): Attributes {
  const label = title(line);
  return {
    'prov:startTime': line.startedAt,
    'prov:endTime': endedAt(line),
    'prov:type': qualified('reprise:Execution'),
    ...(label === '' ? {} : { 'prov:label': label }),
    'reprise:partOf': qualified(RUN),
    'reprise:cell': line.index,
    'reprise:cellId': line.id,
    'reprise:status': line.status,
    'reprise:outputs': line.outputs.raw,
  };
}

const TYPES: Record<Version['kind'], string> = {
  file: 'reprise:File',
  variable: 'reprise:Variable',
  data: 'reprise:Data',
};

function versionAttributes({ kind, name, number, digest, type, size, read }: Version): Attributes {
  return {
    'prov:type': qualified(TYPES[kind]),
    'prov:label': name,
    'reprise:version': number,
    ...(digest === undefined ? {} : { 'reprise:sha256': digest }),
    ...(type === undefined ? {} : { 'reprise:class': type }),
    ...(size === undefined ? {} : { 'reprise:size': size }),
    ...(read === undefined ? {} : dataAttributes(read)),
  };
}

function dataAttributes({ kind, query, version }: DataRead): Attributes {
  const said = Object.entries(version).map(([field, text]) => [`reprise:data-${field}`, text]);
  return {
    'reprise:source': kind,
    ...(query === undefined ? {} : { 'reprise:query': query }),
    ...(Object.fromEntries(said) as Attributes),
  };
}

function qualified(name: string): Typed {
  return { $: name, type: 'prov:QUALIFIED_NAME' };
}

function at(time: string | undefined): Attributes {
  return time === undefined ? {} : { 'prov:time': time };
}
