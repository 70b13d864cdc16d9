/**
 * A verdict as in-toto statements: a Simple Verification Result over the whole, and a Test Result with each cell as a
 * test. Their subjects are what was compared, by digest, so that anybody who has the records can judge again.
 */
import type { Tolerance } from '../../notebook/tolerance';
import type { RunRecord } from '../../lineage/record';
import type { Judgement, Verdict } from '../../replay/documents';
import { trustOf } from '../../replay/trust';
import { PRODUCER } from '../producer';
import { provenanceOf } from '../provenance';

export const STATEMENT = 'https://in-toto.io/Statement/v1';
export const VERDICT = 'https://in-toto.io/attestation/svr/v0.2';
export const CELLS = 'https://in-toto.io/attestation/test-result/v0.1';

export type Resource = {
  name: string;
  digest?: { sha256: string };
  annotations?: Record<string, string | number>;
};

export type VerdictPredicate = {
  verifier: { id: string; policies: Resource[] };
  /** ISO 8601, UTC. */
  timeCreated: string;
  properties: string[];
};

export type CellsPredicate = {
  result: 'PASSED' | 'WARNED' | 'FAILED';
  configuration: Resource[];
  passedTests: string[];
  warnedTests: string[];
  failedTests: string[];
};

type Of<Type extends string, Predicate> = {
  _type: typeof STATEMENT;
  subject: (Resource & { digest: { sha256: string } })[];
  predicateType: Type;
  predicate: Predicate;
};
export type VerdictStatement = Of<typeof VERDICT, VerdictPredicate>;
export type CellsStatement = Of<typeof CELLS, CellsPredicate>;
export type Statement = VerdictStatement | CellsStatement;

/** A judgement with the records that it is of: the original's, then each replay's. */
export type Judged = { judgement: Judgement; records: RunRecord[]; tolerance?: Tolerance };

/** @param now ISO 8601, UTC */
export function statementsOf(judged: Judged, now: string): [VerdictStatement, CellsStatement] {
  const { judgement, records } = judged;
  const subject = records.flatMap((record, position) => subjectsOf(record, position));
  const passed = testsOf(judgement, ['identical']);
  const warned = testsOf(judgement, ['canonical', 'within-tolerance']);
  const failed = testsOf(judgement, ['different', 'unverifiable']);
  const properties = [
    propertyOf('VERDICT', judgement.verdict),
    propertyOf('TRUST', trustOf(judgement)),
    propertyOf('REPLAYS', String(judgement.replays.length)),
  ];
  return [
    {
      _type: STATEMENT,
      subject,
      predicateType: VERDICT,
      predicate: { verifier: { id: PRODUCER, policies: policiesOf(judged) }, timeCreated: now, properties },
    },
    {
      _type: STATEMENT,
      subject,
      predicateType: CELLS,
      predicate: {
        result: resultOf(judgement.verdict),
        configuration: configurationOf(records[0]!),
        passedTests: passed,
        warnedTests: warned,
        failedTests: failed,
      },
    },
  ];
}

/** `urn:reprise:run:RUN:record`: the name of a record among the subjects. */
export function runOfSubject(name: string): string | undefined {
  return /^urn:reprise:run:(\d{8}-\d{6}-[0-9a-z]{6}):record$/.exec(name)?.[1];
}

/** Of what a statement is about: the record by the root of its chain, all outputs, and each file that was left. */
function subjectsOf(record: RunRecord, position: number): Statement['subject'] {
  const of = `urn:reprise:run:${record.header.run}`;
  const annotations = { role: position === 0 ? 'original' : 'replay' };
  const files = provenanceOf(record).outputs.flatMap(({ name, digest, outside }) =>
    digest === undefined || outside === true
      ? []
      : [{ name: `${of}:file:${name}`, digest: { sha256: digest }, annotations }],
  );
  return [
    { name: `${of}:record`, digest: { sha256: record.root }, annotations },
    ...(record.summary === null
      ? []
      : [{ name: `${of}:results`, digest: { sha256: record.summary.results }, annotations }]),
    ...files,
  ];
}

function testsOf({ cells }: Judgement, verdicts: Verdict[]): string[] {
  return cells
    .filter(({ verdict }) => verdicts.includes(verdict))
    .map(({ index, id }) => `cell ${index} ${id}`);
}

function propertyOf(what: string, value: string): string {
  return `REPRISE_${what}_${value.toUpperCase().replaceAll('-', '_')}`;
}

function resultOf(verdict: Verdict): CellsPredicate['result'] {
  if (verdict === 'identical') return 'PASSED';
  return verdict === 'canonical' || verdict === 'within-tolerance' ? 'WARNED' : 'FAILED';
}

/** What the verdict depends on besides the records. */
function policiesOf({ judgement, tolerance }: Judged): Resource[] {
  return [
    { name: judgement.by.canon },
    ...(tolerance === undefined ? [] : [{ name: 'tolerance', annotations: { ...tolerance } }]),
  ];
}

function configurationOf({ header: { agent, pin } }: RunRecord): Resource[] {
  return [
    { name: 'reprise agent', digest: { sha256: agent.sha256 } },
    ...(pin === undefined ? [] : [{ name: pin.lock, digest: { sha256: pin.sha256 } }]),
  ];
}
