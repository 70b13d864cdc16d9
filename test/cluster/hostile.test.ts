/** A pod that means no good, and what of a run can be read by others in the cluster. */
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { admin } from './support/cluster';
import { selectorOf } from './support/jobs';
import { HostileCommand } from './support/hostile';
import { Site } from './support/site';

const MEMORY = 400 << 20;

let site: Site;
let command: HostileCommand;

beforeAll(async () => {
  site = await Site.open();
  site.workplace.notebook('study.ipynb', ['print(1)']);
  command = new HostileCommand(site);
});
afterAll(async () => {
  command.remove();
  await site.close();
});

/** All files but those of runs, and of objects under their digests. */
function files(): string[] {
  const names = readdirSync(site.workplace.folder, { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => !/^\.reprise\/(runs\/\d{8}-\d{6}-\w{6}|objects\/[0-9a-f]{64}$)/.test(name))
    .sort();
}

async function answered(program: string, until?: (said: string) => boolean) {
  const before = files();
  const ended = await command.run(program, until);
  expect(files().filter((name) => !name.startsWith('.reprise'))).toEqual(
    before.filter((name) => !name.startsWith('.reprise')),
  );
  expect(command.peak).toBeLessThan(MEMORY);
  // eslint-disable-next-line no-control-regex
  expect(ended.stdout + ended.stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  return { code: ended.code, said: ended.stdout + ended.stderr };
}

afterEach(() => site.expectNothingLeft());

it('is not led out of the folder of the run', async () => {
  const { code, said } = await answered(
    'hold(put("good.txt"), {"path": "../../../../evil.txt", "size": 4, "sha256": "0" * 64})',
  );
  expect([code, said]).toEqual([5, expect.stringContaining('a path that leads elsewhere') as string]);
});

it('uses no file that is not what the pod said', async () => {
  const { code, said } = await answered(`
named = put(f"{ours}/record.jsonl", b"{}\\n" * 10)
named["sha256"] = "0" * 64
hold(named)`);
  expect([code, said]).toEqual([5, expect.stringContaining('is not what the pod said that it is') as string]);
});

it('takes no more of a file that grows than there was said to be', async () => {
  const { code, said } = await answered(`
big = put("big.bin", b"x" * (2 << 20))
def grow():
    with open(f"{root}/big.bin", "ab") as file:
        for _ in range(400):
            file.write(b"y" * (1 << 20))
            file.flush()
            time.sleep(0.01)
threading.Thread(target=grow, daemon=True).start()
time.sleep(1)
hold(big)`);
  expect([code, said]).toEqual([5, expect.stringMatching(/sends more than it said/) as string]);
});

it('follows a log with a line of 64 MiB, lies and control characters, and reads what is true in it', async () => {
  const { code, said } = await answered(`
for _ in range(64):
    sys.stdout.write("x" * (1 << 20))
print()
print("\\x1b[2J\\x07 no event")
print('{"n": 1, "event": "end", "status": "ok", "results": "r", "root": "r", "durationMs": 1}')
print('{"n": 9000000000, "event": "released", "by": "ack", "exit": 0}')
print('{"n": 2, "event": "cell-end", "index": {}, "id": 7}')
print('{"n": 2, "event": "holding", "manifest": "/etc/passwd"}')
print('{"n": 2, "event": "fault", "where": "run", "message": ' + "[" * 500000)
count = 10
send("fault", where="run", message="\\x1b]0;title\\x07told\\x1b[31m")
hold({"path": "huge.bin", "size": 1 << 50, "sha256": "0" * 64})`);
  expect([code, said]).toEqual([5, expect.stringContaining('no room') as string]);
  expect(said).toContain('told');
  // The results may be whole, and the disk have room again: only the user can tell.
  expect((await site.reprise('delete', Site.runOf({ stdout: said, stderr: '' }))).code).toBe(0);
});

it('is left at Ctrl-C where it neither says anything nor ends', async () => {
  const { code, said } = await answered(
    'threading.Timer(1, lambda: send("fault", where="run", message="endless")).start()\nwhile True: print("y" * 200)',
    (text) => text.includes('endless'),
  );
  expect([code, said]).toEqual([130, expect.stringContaining('reprise attach') as string]);
  expect((await site.reprise('delete', Site.runOf({ stdout: said, stderr: '' }))).code).toBe(0);
});

it('shows nobody in the cluster the notebook, its variables or credentials; and has no token', async () => {
  const { namespace } = site;
  await admin.core.createNamespacedSecret({
    namespace,
    body: { metadata: { name: 'key' }, stringData: { value: 'secret-value-42' } },
  });
  site.workplace.write(
    'reprise.yaml',
    'profiles: { keyed: { env: { KEY: { secretKeyRef: { name: key, key: value } } } } }\n',
  );
  site.workplace.notebook('private-name.ipynb', [
    'text = "notebook-text-42"\nimport os\nassert os.environ["KEY"] == "secret-value-42"',
    'print(os.path.exists("/var/run/secrets/kubernetes.io"))',
    'raise ValueError(text + os.environ["KEY"])',
  ]);
  const { stdout } = await site.reprise(...site.onCluster('run', 'private-name.ipynb', '--detach'));
  const run = Site.runOf({ stdout, stderr: '' });
  const log = async () => {
    const { items } = await admin.core.listNamespacedPod({ namespace, labelSelector: selectorOf(run) });
    if (items[0]?.status?.containerStatuses?.[0]?.state?.running === undefined) return '';
    return admin.core.readNamespacedPodLog({ namespace, name: items[0].metadata!.name! });
  };
  await expect.poll(log, { timeout: 60_000 }).toContain('"holding"');
  const objects = [
    await admin.core.listNamespacedPod({ namespace }),
    await admin.batch.listNamespacedJob({ namespace }),
    await admin.core.listNamespacedEvent({ namespace }),
    (await admin.core.listNamespacedConfigMap({ namespace })).items.map(({ metadata }) => metadata),
  ];
  const token = (
    JSON.parse(readFileSync(site.user.kubeconfig, 'utf8')) as { users: { user: { token: string } }[] }
  ).users[0]!.user.token;
  for (const secret of ['notebook-text-42', 'secret-value-42', 'private-name', token]) {
    expect(JSON.stringify(objects)).not.toContain(secret);
  }
  const attached = await site.reprise('attach', run);
  expect([attached.code, attached.stdout + attached.stderr]).toEqual([
    1,
    expect.stringContaining('ValueError') as string,
  ]);
  expect(site.workplace.read(`.reprise/runs/${run}/executed.ipynb`)).toContain('False');
});
