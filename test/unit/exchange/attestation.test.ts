import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { asEnvelope, asStatement, judgeAgain, refusals } from '../../../src/exchange/attestation/check';
import {
  type Envelope,
  fileSigner,
  fileVerifier,
  opened,
  sealed,
} from '../../../src/exchange/attestation/envelope';
import {
  type CellsStatement,
  type Statement,
  statementsOf,
  type VerdictStatement,
} from '../../../src/exchange/attestation/statement';
import type { Store } from '../../../src/lineage/store';
import { official, officialPython } from '../../official';
import { chained, temporaryFolder, temporaryStore } from '../lineage/build';
import { sha, stdout } from '../replay/build';
import { keepRun, REPLAY, RUN, STUDY } from './runs';

const NOW = '2026-01-02T00:00:00.000Z';

function keyPair(): { secret: string; open: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    secret: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    open: publicKey.export({ type: 'spki', format: 'pem' }) as string,
  };
}

const key = keyPair();
let store: Store;
let statements: [VerdictStatement, CellsStatement];

beforeAll(() => void officialPython(), 180_000);
beforeEach(() => {
  store = temporaryStore();
  keepRun(store, RUN, STUDY);
  keepRun(store, REPLAY, STUDY, { header: { replayOf: RUN } });
  statements = statementsOf(judgeAgain(store, [RUN, REPLAY]), NOW);
});

const kinds = (signed: readonly Statement[]): string[] =>
  refusals(store, signed).found.map(({ what }) => what);
const copy = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

describe('a verdict as statements', () => {
  it('names both records by their roots, and the files that are left', () => {
    const [{ subject, predicate }, cells] = statements;
    expect(subject.map(({ name, annotations }) => [name, annotations?.['role']])).toEqual([
      [`urn:reprise:run:${RUN}:record`, 'original'],
      [`urn:reprise:run:${RUN}:results`, 'original'],
      [`urn:reprise:run:${RUN}:file:out/table.csv`, 'original'],
      [`urn:reprise:run:${REPLAY}:record`, 'replay'],
      [`urn:reprise:run:${REPLAY}:results`, 'replay'],
      [`urn:reprise:run:${REPLAY}:file:out/table.csv`, 'replay'],
    ]);
    const lastLine = readFileSync(store.recordPath(RUN), 'utf8').trimEnd().split('\n').at(-1)!;
    expect(subject[0]!.digest).toEqual({ sha256: sha(lastLine) });
    expect(predicate.properties).toEqual([
      'REPRISE_VERDICT_IDENTICAL',
      'REPRISE_TRUST_REPLAYED_BY_AUTHOR',
      'REPRISE_REPLAYS_1',
    ]);
    expect(cells.predicate).toMatchObject({ result: 'PASSED', failedTests: [] });
    expect(cells.predicate.passedTests).toEqual(STUDY.map((_, i) => `cell ${i} id${i}`));
  });

  it('are signed so that securesystemslib and in-toto’s own classes take them', async () => {
    const folder = temporaryFolder();
    const [file, pem] = [path.join(folder, 'verdict.jsonl'), path.join(folder, 'key.pub')];
    const envelopes = await Promise.all(
      statements.map((each) => sealed(JSON.stringify(each), fileSigner(key.secret))),
    );
    writeFileSync(file, envelopes.map((each) => JSON.stringify(each) + '\n').join(''));
    writeFileSync(pem, key.open);
    expect(official('in-toto', file, pem)).toEqual([
      {
        type: 'application/vnd.in-toto+json',
        predicate: 'https://in-toto.io/attestation/svr/v0.2',
        subjects: 6,
      },
      {
        type: 'application/vnd.in-toto+json',
        predicate: 'https://in-toto.io/attestation/test-result/v0.1',
        subjects: 6,
      },
    ]);
    writeFileSync(pem, keyPair().open);
    expect(() => official('in-toto', file, pem)).toThrow(/signature/i);
  });
});

describe('a signature', () => {
  let envelope: Envelope;
  beforeEach(async () => {
    envelope = await sealed(JSON.stringify(statements[0]), fileSigner(key.secret));
  });
  const flipped = (base64: string, at: number): string => {
    const bytes = Buffer.from(base64, 'base64');
    bytes[at]! ^= 1;
    return bytes.toString('base64');
  };

  it('gives back what was signed', () => {
    expect(opened(envelope, fileVerifier(key.open))).toBe(JSON.stringify(statements[0]));
    expect(asEnvelope(JSON.parse(JSON.stringify(envelope)))).toEqual(envelope);
  });

  it('does not hold over another byte, by another byte, of another type or of another key', () => {
    const [signature] = envelope.signatures;
    const verifier = fileVerifier(key.open);
    for (const at of [0, 100, Buffer.from(envelope.payload, 'base64').length - 1])
      expect(opened({ ...envelope, payload: flipped(envelope.payload, at) }, verifier)).toBeUndefined();
    for (const at of [0, 63]) {
      const signatures = [{ ...signature!, sig: flipped(signature!.sig, at) }];
      expect(opened({ ...envelope, signatures }, verifier)).toBeUndefined();
    }
    expect(opened({ ...envelope, payloadType: 'text/plain' }, verifier)).toBeUndefined();
    expect(opened({ ...envelope, signatures: [] }, verifier)).toBeUndefined();
    expect(opened(envelope, fileVerifier(keyPair().open))).toBeUndefined();
  });

  it('is made by no key of another kind', () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
    expect(() => fileSigner(pem)).toThrow(/kind rsa/);
    expect(() => fileSigner('no key')).toThrow();
  });
});

describe('what was signed, against the records', () => {
  it('is accepted where they say the same, whoever verified and whenever', () => {
    expect(kinds(statements)).toEqual([]);
    const other = copy(statements);
    other[0].predicate.verifier.id = 'urn:reprise:9.9.9';
    other[0].predicate.timeCreated = '2030-01-01T00:00:00.000Z';
    expect(kinds(other)).toEqual([]);
  });

  it('is refused where a line of a record was changed', () => {
    const file = store.recordPath(REPLAY);
    writeFileSync(file, readFileSync(file, 'utf8').replace('"durationMs":1,', '"durationMs":2,'));
    expect(kinds(statements)).toContain('record');
    expect(kinds(statements)).toContain('verdict');
  });

  it('is refused where the record was written anew, with a chain that holds', () => {
    const file = store.recordPath(REPLAY);
    const lines = readFileSync(file, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    writeFileSync(file, chained([{ ...lines[0]!, policy: 'full' }, ...lines.slice(1)]).join('\n') + '\n');
    expect(kinds(statements)).toEqual(['record']);
  });

  it('is refused where the verdict, a cell or a file is not what the records give', () => {
    const verdict = copy(statements);
    verdict[0].predicate.properties[0] = 'REPRISE_VERDICT_CANONICAL';
    expect(kinds(verdict)).toEqual(['verdict']);
    const trust = copy(statements);
    trust[0].predicate.properties[1] = 'REPRISE_TRUST_REPLAYED_BY_ANOTHER';
    expect(kinds(trust)).toEqual(['verdict']);
    const cell = copy(statements);
    cell[1].predicate.warnedTests.push(cell[1].predicate.passedTests.pop()!);
    expect(kinds(cell)).toEqual(['cells']);
    const file = copy(statements);
    file[0].subject[2]!.digest.sha256 = sha('another table');
    expect(kinds(file)).toEqual(['file']);
    const more = copy(statements);
    more[1].predicate.result = 'WARNED';
    expect(kinds(more)).toEqual(['statement']);
  });

  it('is refused where a good verdict was signed over records that differ', () => {
    const other = STUDY.map((cell, i) => (i === 1 ? { ...cell, outputs: [stdout('13 rows\n')] } : cell));
    keepRun(store, REPLAY, other, { header: { replayOf: RUN } });
    const signed = statementsOf(judgeAgain(store, [RUN, REPLAY]), NOW);
    expect(signed[0].predicate.properties[0]).toBe('REPRISE_VERDICT_DIFFERENT');
    expect(kinds(signed)).toEqual([]);
    signed[0].predicate.properties = statements[0].predicate.properties;
    expect(kinds(signed)).toEqual(['verdict']);
  });

  it('cannot be checked without the records', () => {
    const elsewhere = temporaryStore();
    keepRun(elsewhere, RUN, STUDY);
    expect(() => refusals(elsewhere, statements)).toThrow(new RegExp(`${REPLAY} is not here.*--runs`));
  });

  it('is no statement where it is of another shape', () => {
    expect(asStatement(JSON.stringify(statements[1]))).toEqual(statements[1]);
    for (const other of ['', '[]', '{}', JSON.stringify({ ...statements[0], subject: [{}] })])
      expect(asStatement(other)).toBeUndefined();
    expect(asStatement(JSON.stringify({ ...statements[0], predicate: {} }))).toBeUndefined();
    expect(
      asStatement(JSON.stringify({ ...statements[0], predicateType: 'https://slsa.dev' })),
    ).toBeUndefined();
  });
});
