/** Saved models through `reprise compare`: the same weights are Same whatever the date, one changed weight is Different. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Judgement } from '../../src/replay/documents';
import { Workplace } from './support';

/** As Keras and safetensors write them: the date, addresses and the order of names are others each time. */
const SAVE = `
import json, struct, time, zipfile
layers = [object() for _ in range(2)]
policy = {"class_name": "DTypePolicy", "shared_object_id": id(layers[0])}
config = {"layers": [{"units": 2, "dtype": policy}, {"units": 1, "dtype": policy}]}
with zipfile.ZipFile("model.keras", "w") as archive:
    archive.writestr("metadata.json", json.dumps({"date_saved": str(time.time_ns())}))
    archive.writestr("config.json", json.dumps(config))
    archive.writestr("model.weights.h5", struct.pack("<2f", 1.0, WEIGHT))
names = ["a", "b"] if time.time_ns() // 1000 % 2 else ["b", "a"]
held = {"a": struct.pack("<f", 1.0), "b": struct.pack("<f", WEIGHT)}
header = {n: {"dtype": "F32", "shape": [1], "data_offsets": [4 * i, 4 * i + 4]} for i, n in enumerate(names)}
text = json.dumps(header).encode()
with open("model.safetensors", "wb") as file:
    file.write(struct.pack("<Q", len(text)) + text + b"".join(held[n] for n in names))
print("saved")
`;

const workplace = new Workplace();

async function saved(weight: string): Promise<string> {
  workplace.notebook('save.ipynb', [SAVE.replaceAll('WEIGHT', weight)]);
  const { code, stderr } = await workplace.execute('run', 'save.ipynb', '--seed', '1');
  expect(code, stderr).toBe(0);
  return workplace.store.runIds()[0]!;
}

async function compared(a: string, b: string): Promise<Judgement> {
  const { stdout } = await workplace.reprise('compare', a, b, '--format', 'json');
  return JSON.parse(stdout) as Judgement;
}

let runs: string[];

beforeAll(async () => {
  runs = [await saved('2.0'), await saved('2.0'), await saved('2.5')];
});
afterAll(() => workplace.remove());

it('says canonical of one model saved twice, and names the mask', async () => {
  const { verdict, masks, covered } = await compared(runs[0]!, runs[1]!);
  expect({ verdict, masks, files: covered.files }).toEqual({
    verdict: 'canonical',
    masks: ['file-content'],
    files: 2,
  });
});

it('says different of one changed weight', async () => {
  const { verdict, cells } = await compared(runs[0]!, runs[2]!);
  expect(verdict).toBe('different');
  expect(cells[0]?.differences.map(({ name }) => name)).toEqual(['model.keras', 'model.safetensors']);
});
