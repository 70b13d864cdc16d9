/** The command with an agent that means no good: what runs in the pod is the test's own program. */
import { execFile, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { type Ended, PYTHON } from '../../cli/support';
import type { Site } from './site';

const DIST = path.resolve(__dirname, '../../../dist');

/** What a pod has to say to be taken for ours, for the programs to lie in. */
const PRELUDE = `
import hashlib, json, os, signal, sys, threading, time
signal.signal(signal.SIGTERM, lambda *_: os._exit(143))
given, work = sys.argv[2:4]
run = json.load(open(given + "/pod.json"))["run"]
root, results = work + "/root", work + "/results"
ours = f".reprise/runs/{run}"
for folder in (results, f"{root}/{ours}"):
    os.makedirs(folder, exist_ok=True)
count = 0

def send(event, **fields):
    global count
    count += 1
    print(json.dumps({"n": count, "event": event, **fields}), flush=True)

def put(name, data=b"data"):
    os.makedirs(os.path.dirname(f"{root}/{name}"), exist_ok=True)
    with open(f"{root}/{name}", "wb") as file:
        file.write(data)
    return {"path": name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}

def hold(*files):
    data = json.dumps({"schema": "reprise/results/1", "run": run, "files": files}).encode()
    with open(results + "/manifest.json", "wb") as file:
        file.write(data)
    send("end", status="ok", results="0" * 64, root="0" * 64, durationMs=1)
    manifest = {"path": results + "/manifest.json", "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    send("holding", manifest=manifest, files=len(files), bytes=0, seconds=60)
    for _ in range(300):
        time.sleep(0.2)
        if os.path.exists(work + "/ack"):
            break

send("pod", pod="pod", uid="uid", node="node", gpus=[])
`;

export class HostileCommand {
  private readonly folder = mkdtempSync(path.join(tmpdir(), 'reprise-hostile-'));
  /** The most memory that a command has used, in bytes. */
  peak = 0;

  constructor(private readonly site: Site) {
    const dist = path.join(this.folder, 'dist');
    mkdirSync(dist);
    const files = readdirSync(DIST).filter((name) => /^(cli|kubernetes)\S*\.js$|^uv\.lock$/.test(name));
    for (const name of files) cpSync(path.join(DIST, name), path.join(dist, name));
  }

  /** @param program Python, after the prelude */
  async run(program: string, until?: (said: string) => boolean): Promise<Ended> {
    await this.build(program);
    const args = this.site.onCluster('run', 'study.ipynb');
    const env = { ...process.env, KUBECONFIG: this.site.user.kubeconfig, XDG_DATA_HOME: this.folder };
    const child = spawn(process.execPath, [path.join(this.folder, 'dist/cli.js'), ...args], {
      cwd: this.site.workplace.folder,
      env,
    });
    const said = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        said[name] += text;
        if (until?.(said.stdout + said.stderr)) child.kill('SIGINT');
      });
    }
    const watch = setInterval(() => this.measure(child.pid!), 100);
    return new Promise((resolve) =>
      child.once('close', (code, signal) => {
        clearInterval(watch);
        resolve({ code, signal, ...said });
      }),
    );
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private measure(pid: number): void {
    try {
      const kib = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0;
      this.peak = Math.max(this.peak, Number(kib) * 1024);
    } catch {
      // It has ended.
    }
  }

  private async build(program: string): Promise<void> {
    const source = mkdtempSync(path.join(this.folder, 'agent-'));
    writeFileSync(path.join(source, '__main__.py'), PRELUDE + program);
    const target = path.join(this.folder, 'dist/agent.pyz');
    await promisify(execFile)(PYTHON, ['-m', 'zipapp', source, '-o', target]);
  }
}
