/** What would stop a run on this cluster, asked before anything is spent. */
import { Failure } from '../notebook/failure';
import type { Left } from '../replay/execution/inputs';
import { lacking, type Right, rightWords } from './access';
import type { Api } from './api';
import { explained } from './errors';
import { dryRun } from './submit';
import { plain } from './words/observed';

/** One line of the check list. */
export type Check = {
  what: 'cluster' | 'rights' | 'image' | 'admission' | 'inputs' | 'remote' | 'results' | 'forecast';
  state: 'good' | 'note' | 'bad';
  words: string;
  /** What can be done about it. */
  fix?: string;
};

/**
 * @param owner what is about to be created, and the path of its collection
 * @param wanted rights without which a run goes well, and less can be done with it
 */
export async function preflight(
  api: Api,
  {
    path,
    owner,
    rights,
    wanted = [],
  }: { path: string; owner: object; rights: readonly Right[]; wanted?: readonly Right[] },
  signal?: AbortSignal,
): Promise<Check[]> {
  let missing: Right[];
  let unwelcome: Right[];
  try {
    [missing, unwelcome] = await Promise.all([lacking(api, rights, signal), lacking(api, wanted, signal)]);
  } catch (error) {
    throw explained(error, `ask ${api.server || 'the cluster'}`);
  }
  const reached: Check = {
    what: 'cluster',
    state: 'good',
    words: `${api.server} answers, namespace ${api.namespace}`,
  };
  if (missing.length > 0) {
    const words = `In namespace ${api.namespace} you may not ${rightWords(missing)}`;
    const fix =
      'Whoever runs the cluster can grant it: the Role in deploy/base/rbac.yaml is what a run needs.';
    return [reached, { what: 'rights', state: 'bad', words, fix }];
  }
  const rightsCheck: Check = {
    what: 'rights',
    state: 'good',
    words: 'every right that a run needs is there',
  };
  return [reached, rightsCheck, ...inQueue(unwelcome), await admitted(api, path, owner, signal)];
}

function inQueue(missing: readonly Right[]): Check[] {
  if (missing.length === 0) return [];
  const words = `Cancelled, the run would be started again by its queue: you may not ${rightWords(missing)}`;
  const fix = 'deploy/components/kueue grants it; reprise delete ends the run in any case.';
  return [{ what: 'rights', state: 'note', words, fix }];
}

/** PodSecurity names every container and every field. */
const LONGEST_WARNING = 2_000;

async function admitted(api: Api, path: string, owner: object, signal?: AbortSignal): Promise<Check> {
  try {
    const warnings = (await dryRun(api, path, owner, signal)).map((warning) =>
      plain(warning, LONGEST_WARNING),
    );
    const refused = warnings.filter((warning) => /would violate PodSecurity/.test(warning));
    if (refused.length > 0) {
      const fix =
        'The namespace admits only restricted pods: take out of the profile what they may not have.';
      return { what: 'admission', state: 'bad', words: refused.join('; '), fix };
    }
    return {
      what: 'admission',
      state: warnings.length > 0 ? 'note' : 'good',
      words: ['the cluster accepts the job', ...warnings].join('; '),
    };
  } catch (error) {
    return { what: 'admission', state: 'bad', words: explained(error, 'submit the run').message };
  }
}

/** What will be missing there is said here, and not by a cell after an hour. */
export function notSent(left: readonly Left[]): Check[] {
  if (left.length === 0) return [];
  const why = { outside: 'outside of the root', 'too-big': 'too big', gone: 'not there any more' };
  const shown = left.slice(0, 5).map((file) => `${plain(file.path)} (${why[file.why]})`);
  const more = left.length > shown.length ? ` and ${left.length - shown.length} more` : '';
  return [{ what: 'inputs', state: 'note', words: `not sent: ${shown.join(', ')}${more}` }];
}

/** @throws Failure with all that would stop it */
export function requireGood(checks: readonly Check[]): void {
  const bad = checks.filter(({ state }) => state === 'bad');
  if (bad.length === 0) return;
  const said = bad.map(({ words, fix }) => `${words.replace(/\.$/, '')}.${fix ? ` ${fix}` : ''}`).join('\n');
  // What was asked for, and not what the cluster is.
  const isAsked = bad.some(({ what }) => what === 'image' || what === 'inputs' || what === 'results');
  const kind = isAsked ? 'usage' : 'infrastructure';
  throw new Failure(
    kind,
    bad[0]!.what === 'rights' ? 'forbidden' : `preflight-${bad[0]!.what}`,
    `Nothing was sent. ${said}`,
  );
}
