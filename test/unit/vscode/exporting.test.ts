import { generateKeyPairSync } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  type Envelope,
  fileSigner,
  fileVerifier,
  opened,
  publicKeyOf,
} from '../../../src/exchange/attestation/envelope';
import { DEFAULTS } from '../../../src/vscode/follow/state';
import { call, FakeEditor } from './fakeEditor';
import { judgedState, ORIGINAL } from './recorded';

const PEM = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
const STATEMENTS = ['{"a":1}', '{"b":"ü"}'];
const SECRET = 'reprise.signingKey';

/** With a run, and a program that writes down how it was called. */
function exporting(document: object, code = 0): FakeEditor {
  const editor = new FakeEditor();
  editor.found = { ...DEFAULTS, run: judgedState() };
  editor.program(`
    require('fs').writeFileSync('called.json', JSON.stringify(process.argv.slice(2)));
    print(${JSON.stringify(document)});
    process.exitCode = ${code};
  `);
  return editor;
}

const called = ({ folder }: FakeEditor): string[] =>
  JSON.parse(readFileSync(path.join(folder, 'called.json'), 'utf8')) as string[];
const signing = (key?: string): FakeEditor => {
  const editor = exporting({ schema: 'reprise/export/0', text: STATEMENTS.join('\n') + '\n' });
  if (key !== undefined) editor.secrets.set(SECRET, key);
  return editor;
};

describe('Export Run for Other Tools', () => {
  it('writes the format that was chosen where the user says', async () => {
    const editor = exporting({ schema: 'reprise/export/0', files: ['x.zip'], absent: ['big.bin'] });
    const target = path.join(editor.folder, 'x.zip');
    const done = await call('reprise.exportRun', editor, 'Research object', target);
    expect(done.slice(1)).toEqual([
      `Export Run: ./study-${ORIGINAL}.zip`,
      'progress Exporting study.ipynb',
      `information: Wrote ${target}. []`,
    ]);
    expect(called(editor).slice(0, 6)).toEqual(['export', ORIGINAL, '--to', 'ro-crate', '--out', target]);
    expect(editor.lines.join()).toContain('big.bin');
  });

  it('signs with the key that is kept, which no command and no file sees', async () => {
    const editor = signing(PEM);
    const target = path.join(editor.folder, 'v.jsonl');
    const done = await call('reprise.exportRun', editor, 'Signed verdict', target);
    const { keyid } = fileSigner(PEM);
    expect(done.at(-1)).toBe(
      `information: Signed with key ${keyid.slice(0, 16)}: ${target}. Who checks it needs the public key and the run folders. [Save Public Key…]`,
    );
    const envelopes = readFileSync(target, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Envelope);
    const verifier = fileVerifier(publicKeyOf(PEM));
    expect(envelopes.map((envelope) => opened(envelope, verifier))).toEqual(STATEMENTS);
    expect(called(editor)).toContain('--no-sign');
  });

  it('makes a key where there is none, and gives its public half', async () => {
    const editor = signing();
    const [target, pub] = ['v.jsonl', 'mine.pub'].map((name) => path.join(editor.folder, name)) as [
      string,
      string,
    ];
    const answers = ['Signed verdict', 'Make a new key', target, 'Save Public Key…', pub];
    const done = await call('reprise.exportRun', editor, ...answers);
    expect(done.at(-1)).toContain('reprise verify-attestation FILE --key mine.pub');
    const [line] = readFileSync(target, 'utf8').split('\n');
    const verifier = fileVerifier(readFileSync(pub, 'utf8'));
    expect(opened(JSON.parse(line!) as Envelope, verifier)).toBe(STATEMENTS[0]);
    expect(readFileSync(pub, 'utf8')).not.toContain('PRIVATE');
  });

  it('takes a key from a file, and says what is wrong with one that is none', async () => {
    const editor = signing();
    const file = path.join(editor.folder, 'my.key');
    writeFileSync(file, 'not a key');
    const done = await call('reprise.exportRun', editor, 'Signed verdict', 'Use a key from a file…', file);
    expect(done.at(-1)).toContain('my.key holds no private ed25519 key in PEM');
    expect([editor.secrets.size, existsSync(path.join(editor.folder, 'called.json'))]).toEqual([0, false]);

    writeFileSync(file, PEM);
    const target = path.join(editor.folder, 'v.jsonl');
    await call('reprise.exportRun', editor, 'Signed verdict', 'Use a key from a file…', file, target);
    expect(editor.secrets.get(SECRET)).toBe(PEM);
    expect(existsSync(target)).toBe(true);
  });

  it('offers the replay that a verdict needs, and writes nothing', async () => {
    const error = { schema: 'reprise/error/0', reason: 'no-verdict', message: 'It has not been judged.' };
    const editor = exporting(error, 4);
    editor.secrets.set(SECRET, PEM);
    const target = path.join(editor.folder, 'v.jsonl');
    const done = await call('reprise.exportRun', editor, 'Signed verdict', target, 'Replay');
    expect(done.slice(-2)).toEqual([
      'warning: It has not been judged. [Replay]',
      'command reprise.replayHere',
    ]);
    expect(existsSync(target)).toBe(false);
  });

  it('does nothing where no place is chosen', async () => {
    const editor = signing(PEM);
    expect((await call('reprise.exportRun', editor, 'Signed verdict')).at(-1)).toMatch(/^Export Run:/);
    expect(existsSync(path.join(editor.folder, 'called.json'))).toBe(false);
  });
});

describe('Manage Signing Key', () => {
  it('asks before a key is lost', async () => {
    const editor = signing(PEM);
    await call('reprise.signingKey', editor, 'Make a new key');
    expect(editor.secrets.get(SECRET)).toBe(PEM);
    await call('reprise.signingKey', editor, 'Make a new key', 'Replace');
    expect(editor.secrets.get(SECRET)).not.toBe(PEM);
    await call('reprise.signingKey', editor, 'Forget the key', 'Forget');
    expect(editor.secrets.size).toBe(0);
  });

  it('names the key and saves its public half', async () => {
    const editor = signing(PEM);
    const file = path.join(editor.folder, 'p.pub');
    const done = await call('reprise.signingKey', editor, 'Save Public Key…', file);
    expect(done[0]).toContain(`Signing key ${fileSigner(PEM).keyid.slice(0, 16)}`);
    expect(readFileSync(file, 'utf8')).toBe(publicKeyOf(PEM));
  });
});
