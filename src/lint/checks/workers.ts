/** Work that is handed to other processes or threads, and draws there from a generator that is not theirs. */
import { argumentOf } from '../arguments';
import type { Judged } from '../judged';
import type { Seen, SeenCall } from '../python/values';
import { APIS, SEEDERS } from '../rules';
import { PROCESSES } from '../rules/python';

const THREADS =
  /^(threading\.Thread|multiprocessing\.pool\.ThreadPool\.\w+|concurrent\.futures\.ThreadPoolExecutor\.(map|submit))$/;
const THREADED = new Set(['threading', 'threads', 'sharedmem']);
const SHARED = /^(numpy\.random\.(Generator|RandomState)|random\.Random)\.\w+$/;

export function workers(seen: readonly Seen[]): Judged[] {
  let joblib: SeenCall | undefined;
  return seen.flatMap((each): Judged[] => {
    if (each.seen !== 'call') return [];
    if (each.api === 'joblib.Parallel') joblib = each;
    if (each.handed === undefined) return [];
    const { cell, call, api } = each;
    const place = { api, cell, range: call.callee, call: each };
    if (PROCESSES.test(api) && !(api === 'joblib.delayed' && isThreaded(joblib))) {
      const drawn =
        api === 'joblib.delayed' && !isParallel(joblib) ? undefined : firstDraw(each.handed, false);
      const because = `(\`${drawn?.api}\`)`;
      return drawn ? [{ ...place, rule: 'py-fork-rng', verdict: 'unseeded', because }] : [];
    }
    const drawn = PROCESSES.test(api) || THREADS.test(api) ? firstDraw(each.handed, true) : undefined;
    const because = `(\`${drawn?.api}\`)`;
    return drawn ? [{ ...place, rule: 'py-thread-rng', verdict: 'unseeded', because }] : [];
  });
}

function isParallel(call: SeenCall | undefined): boolean {
  if (call === undefined) return true;
  const jobs = argumentOf(call, ['n_jobs'], 0);
  if (jobs.is === 'missing') return false;
  return !(
    jobs.is === 'given' &&
    jobs.value.kind === 'constant' &&
    (jobs.value.value === 1 || jobs.value.value === null)
  );
}

/** Whether joblib was told to use threads. */
function isThreaded(call: SeenCall | undefined): boolean {
  return (
    call !== undefined &&
    ['backend', 'prefer', 'require'].some((name) => {
      const given = argumentOf(call, [name]);
      return (
        given.is === 'given' && given.value.kind === 'constant' && THREADED.has(String(given.value.value))
      );
    })
  );
}

/** The first draw from a global generator, unless the work seeds one itself. */
function firstDraw(handed: readonly Seen[], orShared: boolean): SeenCall | undefined {
  for (const each of handed) {
    if (each.seen !== 'call') continue;
    if (SEEDERS.has(each.api)) return undefined;
    const isGlobal = APIS.get(each.api)?.some(({ reach, seed }) => {
      const isDrawn = reach === 'python' || reach === 'numpy';
      return isDrawn && (seed === undefined || argumentOf(each, seed.names, seed.at).is === 'missing');
    });
    if (isGlobal || (orShared && SHARED.test(each.api) && !isMadeIn(handed, each))) return each;
  }
  return undefined;
}

/** A generator that the work makes for itself. */
function isMadeIn(handed: readonly Seen[], { receiver }: SeenCall): boolean {
  return receiver?.kind === 'instance' && receiver.made !== undefined && handed.includes(receiver.made);
}
