/** Signed verdicts: made here, and checked by whoever has the records. */
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import {
  asEnvelope,
  asStatement,
  judgeAgain,
  type Refusal,
  refusals,
  runsOf,
} from '../../exchange/attestation/check';
import { fileSigner, fileVerifier, opened, sealed, type Signer } from '../../exchange/attestation/envelope';
import { type Statement, statementsOf } from '../../exchange/attestation/statement';
import { Store } from '../../lineage/store';
import { canonicalJson } from '../../notebook/digest';
import { Failure } from '../../notebook/failure';
import { newestJudgement } from '../../replay/report/document';
import { trustOf } from '../../replay/trust';
import { judging } from '../../replay/verify';
import { headline, TRUST_WORDS } from '../../replay/words';
import { EXIT } from '../exit';
import { type OutputFlags, outputOptions, storeHere, terminalOf } from '../shared';
import type { Terminal } from '../terminal';

const MAKE_ONE =
  'openssl genpkey -algorithm ed25519 -out reprise.key && openssl pkey -in reprise.key -pubout -out reprise.pub';

/**
 * One signed statement a line, or bare ones where `signer` is undefined.
 * @throws Failure `no-verdict`, `no-records`, `verdict-changed`
 */
export async function attestationText(
  store: Store,
  run: string,
  original: string,
  signer: Signer | undefined,
): Promise<string> {
  const kept = newestJudgement(store, run, original);
  if (kept === undefined) {
    throw new Failure(
      'unverifiable',
      'no-verdict',
      `Run ${run} has not been judged, so there is no verdict to sign. Replay it first: reprise replay ${run}`,
    );
  }
  const runs = [kept.original, ...kept.replays];
  const lacking = runs.filter((each) => !store.hasRun(each));
  if (lacking.length > 0) {
    throw new Failure(
      'unverifiable',
      'no-records',
      `The newest verdict of run ${run} is against ${lacking.join(' and ')}, of which there is no record here. ` +
        `Signed are verdicts that anybody can work out again from records: reprise replay ${run}`,
    );
  }
  const judged = judgeAgain(store, runs, judging(store, kept.notebook).tolerance);
  if (judged.judgement.verdict !== kept.verdict) {
    throw new Failure(
      'unverifiable',
      'verdict-changed',
      `The verdict kept with the replay is ${kept.verdict}, and the records give ${judged.judgement.verdict}: ` +
        'one of them was changed since. Nothing was signed. See: ' +
        `reprise compare ${runs.slice(0, 2).join(' ')}`,
    );
  }
  const payloads = statementsOf(judged, new Date().toISOString()).map((each) => canonicalJson(each as never));
  const lines: string[] = [];
  for (const payload of payloads)
    lines.push(signer === undefined ? payload : JSON.stringify(await sealed(payload, signer)));
  return lines.map((line) => line + '\n').join('');
}

/** @throws Failure `no-key`, `bad-key` */
export function signerFrom(file: string | undefined, terminal: Terminal): Signer {
  if (file === undefined) {
    throw new Failure(
      'usage',
      'no-key',
      `With what key? Name a file with a private ed25519 key, --key FILE, or leave the statement unsigned: --no-sign. To make a pair: ${MAKE_ONE}`,
    );
  }
  const signer = keyOf(file, fileSigner);
  if ((statSync(file).mode & 0o077) !== 0)
    terminal.warn(`${file} can be read by others than you, who can sign with it too: chmod 600 ${file}`);
  return signer;
}

type Flags = OutputFlags & { key: string; runs?: string };

export function verifyAttestationCommand(
  program: Command,
  _signal: AbortSignal,
  done: (code: number) => void,
): void {
  outputOptions(program.command('verify-attestation <file>'))
    .description('check the signature of a verdict, and work the verdict out again from the records')
    .addHelpText('before', 'Example: reprise verify-attestation verdict.intoto.jsonl --key reprise.pub\n')
    .requiredOption('--key <file>', 'the public key of who signed it, in PEM')
    .option('--runs <folder>', 'that has the records in its .reprise folder; default the root here')
    .action((file: string, flags: Flags) => done(verifyAttestation(file, flags)));
}

function verifyAttestation(file: string, flags: Flags): number {
  const terminal = terminalOf(flags);
  const verifier = keyOf(flags.key, fileVerifier);
  const envelopes = readEnvelopes(file);
  const store = flags.runs === undefined ? storeHere(terminal) : new Store(resolve(flags.runs));
  const texts = envelopes.map((envelope) => opened(envelope, verifier));
  const refuse = (what: Refusal['what'], message: string): number =>
    tell(terminal, file, verifier.keyid, { found: [{ what, message }] });
  if (texts.some((text) => text === undefined))
    return refuse('signature', 'It was not signed with this key, or was changed since it was signed.');
  const statements = texts.map((text) => asStatement(text!));
  const [first] = statements;
  if (first === undefined || statements.includes(undefined))
    return refuse('statement', 'What was signed is no statement of a verdict.');
  const whole = statements as Statement[];
  const runs = runsOf(first);
  if (runs.length < 2 || whole.some((each) => runsOf(each).join() !== runs.join()))
    return refuse('statement', 'Its statements are not about one original and its replays.');
  return tell(terminal, file, verifier.keyid, refusals(store, whole));
}

type Checked = { found: Refusal[]; judged?: ReturnType<typeof judgeAgain> };

function tell(terminal: Terminal, file: string, keyid: string, { found, judged }: Checked): number {
  const accepted = found.length === 0;
  const judgement = judged?.judgement;
  terminal.document({
    schema: 'reprise/verify-attestation/0',
    file,
    keyid,
    accepted,
    refusals: found,
    ...(judgement === undefined
      ? {}
      : {
          original: judgement.original,
          replays: judgement.replays,
          verdict: judgement.verdict,
          trust: trustOf(judgement),
        }),
  });
  if (accepted && judgement !== undefined) {
    terminal.say(
      `${terminal.green('✓')} Signed with key ${keyid.slice(0, 16)}, and the records say the same.`,
    );
    terminal.say(`${headline(judgement)}: ${judgement.original} and ${judgement.replays.join(', ')}.`);
    terminal.say(`Trust: ${TRUST_WORDS[trustOf(judgement)].toLowerCase()}.`);
  } else {
    terminal.say(terminal.red(`Refused: ${file}`));
    for (const { message } of found) terminal.say(`  ${message}`);
  }
  return accepted ? EXIT.good : EXIT.diverged;
}

/** @throws Failure `no-file`, `bad-file` */
function readEnvelopes(file: string) {
  const lines = readText(file)
    .split('\n')
    .filter((line) => line.trim() !== '');
  const envelopes = lines.map((line) => {
    try {
      return asEnvelope(JSON.parse(line));
    } catch {
      return undefined;
    }
  });
  const whole = envelopes.flatMap((envelope) => envelope ?? []);
  if (whole.length === 0 || whole.length < envelopes.length) {
    const unsigned = lines.length > 0 && lines.every((line) => asStatement(line) !== undefined);
    throw new Failure(
      'usage',
      unsigned ? 'unsigned' : 'bad-file',
      unsigned
        ? `${file} holds statements that nobody signed: there is nothing to check them by.`
        : `${file} holds no signed statements, one envelope a line. Make some: reprise export RUN --to in-toto --key FILE`,
    );
  }
  return whole;
}

function keyOf<T>(file: string, read: (pem: string) => T): T {
  const pem = readText(file);
  try {
    return read(pem);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Failure(
      'usage',
      'bad-key',
      `${file} holds no ed25519 key that can be read here (${why}). A pair without a passphrase: ${MAKE_ONE}`,
    );
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw new Failure('usage', 'no-file', `${file} cannot be read (${code}).`);
  }
}
