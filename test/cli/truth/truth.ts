import { spawn } from 'node:child_process';
import path from 'node:path';
import { lintCells } from '../../../src/lint/lint';

/** A snippet on which lint is wrong, or that cannot be run. */
export type Wrong = { source: string; differs: boolean; error?: string; said: string[] };

/** How often lint and two processes agree, and where they do not. */
export type Truth = { differ: number; repeat: number; wrong: Wrong[] };

/** @param loaded modules that each process imports once, before the snippets @returns a digest, or `error …`, for each */
function runAll(python: string, snippets: readonly string[], loaded: readonly string[]): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const { PYTHONHASHSEED: _, ...env } = process.env;
    const child = spawn(python, [path.join(__dirname, 'run_snippets.py'), ...loaded], {
      env: { ...env, TF_CPP_MIN_LOG_LEVEL: '3', JAX_PLATFORMS: 'cpu', CUDA_VISIBLE_DEVICES: '' },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    let said = '';
    child.stdout.on('data', (data: Buffer) => (said += data.toString()));
    child.on('error', reject);
    child.on('close', () => resolve(JSON.parse(said.split('\n').at(-2) ?? '') as string[]));
    child.stdin.end(JSON.stringify(snippets));
  });
}

/** Two draws from few outcomes are equal now and then: so many more processes have to agree before a flag is wrong. */
const MORE_PROCESSES = 4;

/** Runs each snippet in two processes: what differs has to be flagged, and what is flagged `unseeded` has to differ. */
export async function judged(
  python: string,
  snippets: readonly string[],
  loaded: readonly string[],
): Promise<Truth> {
  const [first, second] = await Promise.all([0, 1].map(() => runAll(python, snippets, loaded)));
  const results = snippets.map((_, i) => new Set([first![i]!, second![i]!]));
  const findings = snippets.map((source) =>
    lintCells([{ index: 0, id: 'a', source }], { policy: 'observe' }),
  );
  const isUnseeded = findings.map((found) => found.some(({ verdict }) => verdict === 'unseeded'));
  const equal = snippets.flatMap((_, i) => (isUnseeded[i] && results[i]!.size === 1 ? [i] : []));
  for (let more = 0; equal.length > 0 && more < MORE_PROCESSES; more++) {
    const again = await runAll(
      python,
      equal.map((i) => snippets[i]!),
      loaded,
    );
    equal.forEach((i, at) => results[i]!.add(again[at]!));
  }
  const wrong = snippets.flatMap((source, i): Wrong[] => {
    const differs = results[i]!.size > 1;
    const said = findings[i]!.map(({ rule, verdict }) => `${rule}: ${verdict}`);
    const error = [...results[i]!].find((result) => result.startsWith('error'));
    if (error !== undefined) return [{ source, differs, error, said }];
    const isRight = differs ? findings[i]!.length > 0 : !isUnseeded[i];
    return isRight ? [] : [{ source, differs, said }];
  });
  const differ = results.filter(({ size }) => size > 1).length;
  return { differ, repeat: snippets.length - differ, wrong };
}
