/** Attestations against the records that they are of: everything that was signed is worked out again, and compared. */
import { CANON } from '../../notebook/canon';
import { canonicalJson, type Json } from '../../notebook/digest';
import { Failure } from '../../notebook/failure';
import type { Tolerance } from '../../notebook/tolerance';
import type { RunRecord } from '../../lineage/record';
import type { Store } from '../../lineage/store';
import { judge } from '../../replay/compare/judge';
import { loadRunSide } from '../../replay/compare/side';
import type { Envelope } from './envelope';
import {
  CELLS,
  type CellsPredicate,
  type Judged,
  type Resource,
  runOfSubject,
  STATEMENT,
  type Statement,
  statementsOf,
  VERDICT,
  type VerdictStatement,
} from './statement';

/** Why an attestation is not accepted. */
export type Refusal = {
  what: 'signature' | 'statement' | 'record' | 'results' | 'file' | 'verdict' | 'cells';
  message: string;
};

/** The verdict that two records and more give, and the records as they are now. @throws RecordError, StoreError */
export function judgeAgain(
  store: Store,
  [original, ...replays]: readonly string[],
  tolerance?: Tolerance,
): Judged {
  const sides = [original!, ...replays].map((run) => loadRunSide(store, run));
  const settings = tolerance === undefined ? {} : { tolerance };
  return {
    judgement: judge(sides[0]!, sides.slice(1), settings),
    records: sides.map(({ record }) => record as RunRecord),
    ...settings,
  };
}

/** @returns undefined for what is no DSSE envelope */
export function asEnvelope(value: unknown): Envelope | undefined {
  if (!isObject(value)) return undefined;
  const { payloadType, payload, signatures } = value;
  if (typeof payloadType !== 'string' || typeof payload !== 'string' || !Array.isArray(signatures))
    return undefined;
  const isWhole = signatures.every((each) => isObject(each) && typeof each['sig'] === 'string');
  return isWhole ? (value as Envelope) : undefined;
}

/** @returns undefined for what is no statement of a verdict */
export function asStatement(text: string): Statement | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(value) || value['_type'] !== STATEMENT || !isObject(value['predicate'])) return undefined;
  const { subject, predicate, predicateType } = value;
  const isNamed = (each: unknown): boolean => hasName(each) && isObject(each['digest']);
  if (!Array.isArray(subject) || !subject.every(isNamed)) return undefined;
  const lists =
    predicateType === VERDICT
      ? [predicate['properties'], (predicate['verifier'] as { policies?: unknown } | undefined)?.policies]
      : [predicate['passedTests'], predicate['warnedTests'], predicate['failedTests']];
  const isOurs = predicateType === VERDICT || predicateType === CELLS;
  if (!isOurs || !lists.every((list) => Array.isArray(list))) return undefined;
  if (predicateType === VERDICT && !(lists[1] as unknown[]).every(hasName)) return undefined;
  return value as Statement;
}

/** The runs that a statement is about, the original first. */
export function runsOf({ subject }: Statement): string[] {
  return subject.flatMap(({ name }) => runOfSubject(name) ?? []);
}

/**
 * What of statements is not what the records in a store say: empty where all of it is.
 * @throws Failure `no-run` where a record is lacking, `other-canon`; RecordError, StoreError
 */
export function refusals(
  store: Store,
  statements: readonly Statement[],
): { found: Refusal[]; judged: Judged } {
  const verdict = statements.find((each): each is VerdictStatement => each.predicateType === VERDICT);
  const runs = runsOf(statements[0]!);
  const lacking = runs.filter((run) => !store.hasRun(run));
  if (lacking.length > 0) {
    throw new Failure(
      'unverifiable',
      'no-run',
      `The record of ${lacking.join(' and ')} is not here, so the verdict cannot be worked out again. ` +
        'Put the run folders below .reprise/runs of a folder and name that: --runs FOLDER.',
    );
  }
  const policies = verdict?.predicate.verifier.policies ?? [];
  const canon = policies.find(({ name }) => name.startsWith('canon/'))?.name ?? CANON;
  if (canon !== CANON) {
    throw new Failure(
      'unverifiable',
      'other-canon',
      `It was judged by ${canon}, and this Reprise judges by ${CANON}. Check it with the version that made it.`,
    );
  }
  const judged = judgeAgain(store, runs, toleranceOf(policies));
  const found = statements.flatMap((signed) => differences(signed, judged));
  return { found: [...new Map(found.map((each) => [each.message, each])).values()], judged };
}

function toleranceOf(policies: readonly Resource[]): Tolerance | undefined {
  const { rtol, atol } = policies.find(({ name }) => name === 'tolerance')?.annotations ?? {};
  return typeof rtol === 'number' && typeof atol === 'number' ? { rtol, atol } : undefined;
}

function differences(signed: Statement, judged: Judged): Refusal[] {
  const [verdict, cells] = statementsOf(judged, '');
  const mine = signed.predicateType === VERDICT ? verdict : cells;
  const found = subjectDifferences(signed, mine);
  if (signed.predicateType === VERDICT) {
    const says = verdict.predicate.properties;
    const { properties } = signed.predicate;
    if (!isSame(properties, says)) {
      const message = `Attested is ${properties.join(', ')}; the records give ${says.join(', ')}.`;
      found.push({ what: 'verdict', message });
    }
    // Who verified, and when, is for the signature to vouch for.
    const { verifier, timeCreated } = signed.predicate;
    verdict.predicate = { ...verdict.predicate, timeCreated };
    verdict.predicate.verifier.id = verifier.id;
  } else {
    found.push(...cellDifferences(signed.predicate, cells.predicate));
  }
  if (found.length === 0 && !isSame(signed, mine)) {
    const message = 'It says more, or other things, than a statement about these records would.';
    found.push({ what: 'statement', message });
  }
  return found;
}

function subjectDifferences(signed: Statement, mine: Statement): Refusal[] {
  const attested = new Map(signed.subject.map(({ name, digest }) => [name, digest.sha256]));
  const present = new Map(mine.subject.map(({ name, digest }) => [name, digest.sha256]));
  const names = [...new Set([...attested.keys(), ...present.keys()])];
  return names
    .filter((name) => attested.get(name) !== present.get(name))
    .map((name) => {
      const [a, b] = [attested, present].map((all) => all.get(name)?.slice(0, 12) ?? 'nothing');
      return { what: kindOf(name), message: `${name} is attested as ${a}; the records say ${b}.` };
    });
}

function kindOf(name: string): Refusal['what'] {
  if (name.endsWith(':record')) return 'record';
  return name.endsWith(':results') ? 'results' : 'file';
}

function cellDifferences(signed: CellsPredicate, mine: CellsPredicate): Refusal[] {
  const lists = ['passedTests', 'warnedTests', 'failedTests'] as const;
  const where = (predicate: CellsPredicate, test: string): string =>
    lists.find((list) => predicate[list].includes(test))?.replace('Tests', '') ?? 'left out';
  const tests = [...new Set([signed, mine].flatMap((each) => lists.flatMap((list) => each[list])))];
  return tests
    .filter((test) => where(signed, test) !== where(mine, test))
    .map((test) => {
      const message = `Of ${test} it is attested that it ${where(signed, test)}; by the records it ${where(mine, test)}.`;
      return { what: 'cells' as const, message };
    });
}

function isSame(a: unknown, b: unknown): boolean {
  return canonicalJson(a as Json) === canonicalJson(b as Json);
}

function hasName(value: unknown): value is { name: string } & Record<string, unknown> {
  return isObject(value) && typeof value['name'] === 'string';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
