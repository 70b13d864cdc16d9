/**
 * A result that another release of a library gives otherwise. Between PROJ 9.3 and 9.5, which pyproj 3.6.1 and 3.7.2
 * bring, the last digits of Belgian Lambert coordinates changed: nothing raises, and nothing looks wrong.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Cause, Judgement } from '../../src/replay/documents';
import { PYTHON, Workplace } from './support';

const place = new Workplace();
const NOTEBOOK = 'survey.ipynb';
const CELLS = [
  'import pyproj\nstations = {"Dinant": (4.91, 50.26), "Namur": (4.5, 50.2)}',
  'print(sorted(stations))',
  'lambert = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:31370", always_xy=True)\n' +
    'for name, place in stations.items():\n    print(name, *lambert.transform(*place))',
];
let later = '';

async function pinned(notebook: string, pyproj: string): Promise<string> {
  place.notebook(notebook, CELLS);
  place.write('wanted.txt', `pyproj==${pyproj}\nipykernel==7.4.0\n`);
  const pin = await place.reprise('pin', notebook, '--python', PYTHON, '--from', 'wanted.txt');
  expect([pin.code, pin.code === 0 ? '' : pin.stderr]).toEqual([0, '']);
  const restored = await place.reprise('restore', notebook, '--format', 'json');
  expect([restored.code, restored.code === 0 ? '' : restored.stderr]).toEqual([0, '']);
  return (JSON.parse(restored.stdout) as { python: string }).python;
}

beforeAll(async () => {
  later = await pinned('later.ipynb', '3.7.2');
  await pinned(NOTEBOOK, '3.6.1');
  const ran = await place.reprise('run', NOTEBOOK);
  expect([ran.code, ran.code === 0 ? '' : ran.stderr]).toEqual([0, '']);
}, 300_000);
afterAll(() => place.remove());

it('is the same again in the pin', { timeout: 60_000 }, async () => {
  const { code, stdout } = await place.reprise('replay', NOTEBOOK, '--format', 'json');
  expect([code, JSON.parse(stdout)]).toEqual([0, expect.objectContaining({ verdict: 'identical' })]);
});

it('is refused under policy full, and the package named', { timeout: 60_000 }, async () => {
  const { code, stderr } = await place.reprise('replay', NOTEBOOK, '--python', later, '--policy', 'full');
  expect([code, stderr]).toEqual([3, expect.stringContaining('pyproj 3.6.1 → 3.7.2')]);
  expect(stderr).toContain('Nothing ran');
});

it('runs when it is only observed, and is explained', { timeout: 60_000 }, async () => {
  const flags = ['--python', later, '--policy', 'observe', '--format', 'json'];
  const { code, stdout } = await place.reprise('replay', NOTEBOOK, ...flags);
  const judgement = JSON.parse(stdout) as Judgement;
  expect([code, judgement.verdict]).toEqual([1, 'different']);
  expect(judgement.firstDivergence).toEqual({ index: 2, id: 'c2' });
  expect(judgement.environment).toContainEqual({
    what: 'pyproj',
    kind: 'package',
    before: '3.6.1',
    after: '3.7.2',
    affects: ['numbers'],
  });

  const explained = await place.reprise('explain', judgement.replays[0]!, '--format', 'json');
  const { causes } = JSON.parse(explained.stdout) as { causes: (Cause & { cell: { index: number } })[] };
  expect(explained.code).toBe(1);
  expect(causes[0]).toMatchObject({
    cell: { index: 2 },
    kind: 'environment-drift',
    evidence: expect.arrayContaining([{ what: 'pyproj', before: '3.6.1', after: '3.7.2' }]) as unknown,
  });
  const { stdout: told } = await place.reprise('explain', judgement.replays[0]!);
  expect(told).toMatch(/`pyproj` 3\.6\.1 became 3\.7\.2/);
});
