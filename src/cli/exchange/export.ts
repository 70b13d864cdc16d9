/** A recorded run in the formats of other tools. */
import { mkdirSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { mermaidText } from '../../exchange/mermaid';
import { openLineageText } from '../../exchange/openlineage';
import { provDocument } from '../../exchange/prov';
import type { Exchanged } from '../../exchange/provenance';
import { readRecord } from '../../lineage/read';
import { type Store, StoreError } from '../../lineage/store';
import { replaceFile } from '../../notebook/replaceFile';
import { newestJudgement } from '../../replay/report/document';
import { firstLine, plural } from '../../replay/words';
import { EXIT } from '../exit';
import { findRun } from '../replay';
import { type OutputFlags, terminalOf } from '../shared';
import { Terminal } from '../terminal';
import { attestationText, signerFrom } from './attest';
import { crateOf, writeCrate } from './crate';

export const EXCHANGES = ['ro-crate', 'prov', 'openlineage', 'in-toto', 'mermaid'] as const;

export type ExchangeFlags = OutputFlags & {
  to: (typeof EXCHANGES)[number];
  out?: string;
  /** Of in-toto: the private key, in PEM; `sign` is false where it is left unsigned. */
  key?: string;
  sign?: boolean;
  /** Of an RO-Crate: address or name of the licence it is given under. */
  license?: string;
};

/** To stdout where no file is named. */
export async function exportRun(what: string, flags: ExchangeFlags): Promise<number> {
  const { to } = flags;
  const terminal = terminalOf(flags);
  // What is said on the way must not stand in an export on stdout.
  const { store, run } = findRun(what, new Terminal(flags.format, flags.progress, flags, process.stderr));
  if (to === 'ro-crate') return exportCrate(store, run, flags);
  const text = to === 'in-toto' ? await attested(store, run, flags) : textOf(to, exchangedRun(store, run));
  if (flags.out === undefined) {
    terminal.document({ schema: 'reprise/export/0', run, to, files: [], text });
    terminal.say(text.trimEnd());
    return EXIT.good;
  }
  const file = resolve(flags.out);
  mkdirSync(dirname(file), { recursive: true });
  replaceFile(file, text);
  const written = relative(process.cwd(), file);
  terminal.document({ schema: 'reprise/export/0', run, to, files: [written] });
  terminal.say(`${terminal.green('✓')} Wrote ${written}.`);
  return EXIT.good;
}

function exportCrate(store: Store, run: string, { out, license, ...flags }: ExchangeFlags): number {
  const terminal = terminalOf(flags);
  const target = resolve(out ?? `reprise-${run}.zip`);
  const crate = crateOf(store, exchangedRun(store, run), license);
  writeCrate(target, crate);
  const written = relative(process.cwd(), target);
  const { absent } = crate;
  terminal.document({ schema: 'reprise/export/0', run, to: 'ro-crate', files: [written], absent });
  terminal.say(`${terminal.green('✓')} Wrote ${written} (${plural(crate.files.length, 'file')}).`);
  if (absent.length > 0)
    terminal.say(
      `Named by digest only, since they changed, lie elsewhere or are large: ${absent.join(', ')}`,
    );
  if (license === undefined)
    terminal.say('It says of no licence. To give one: --license https://spdx.org/licenses/CC-BY-4.0');
  return EXIT.good;
}

function attested(store: Store, run: string, flags: ExchangeFlags): Promise<string> {
  const signer = flags.sign === false ? undefined : signerFrom(flags.key, terminalOf(flags));
  const { header } = readRecord(store.recordPath(run));
  return attestationText(store, run, header.replayOf ?? run, signer);
}

function textOf(to: Exclude<ExchangeFlags['to'], 'in-toto' | 'ro-crate'>, exchanged: Exchanged): string {
  if (to === 'mermaid') return mermaidText(exchanged);
  if (to === 'openlineage') return openLineageText(exchanged);
  return JSON.stringify(provDocument(exchanged), null, 1) + '\n';
}

/** @throws RecordError */
export function exchangedRun(store: Store, run: string): Exchanged {
  const record = readRecord(store.recordPath(run));
  const judgement = newestJudgement(store, run, record.header.replayOf ?? run);
  return {
    record,
    ...(judgement === undefined ? {} : { judgement }),
    title: ({ source }) => firstLine(sourceText(store, source)),
  };
}

function sourceText(store: Store, digest: string): string {
  try {
    return store.getObject(digest).toString('utf8');
  } catch (error) {
    if (error instanceof StoreError) return '';
    throw error;
  }
}
