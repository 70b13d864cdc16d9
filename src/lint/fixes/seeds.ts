/** A seed for one call, of its own. */
import { argumentOf } from '../arguments';
import type { Fix } from '../finding';
import type { Judged } from '../judged';
import type { ArgumentValue, SeenCall } from '../python/values';
import type { Versions } from '../checks';
import { isBefore } from '../rules/gpu';
import type { Api } from '../rules/rule';
import { argumentAdded, type Notebook } from './text';

/** Fitting again with the same number is what is meant; drawing again with it is not. */
const MAY_REPEAT = new Set([
  'sk-random-state',
  'sk-splitter-shuffle',
  'imb-random-state',
  'umap-seed',
  'optuna-sampler',
]);
const BY_SEQUENCE =
  /^numpy\.random\.(default_rng|RandomState|PCG64|PCG64DXSM|MT19937|SFC64|Philox|SeedSequence)$/;

export function ownSeed(judged: Judged, notebook: Notebook, versions: Versions): Fix[] {
  const { call, row } = judged;
  if (call === undefined || !row?.seed || row.unfixable || !call.call.whole) return [];
  if (!MAY_REPEAT.has(row.rule) && (call.context.inLoop || call.context.inFunction)) return [];
  const given = argumentOf(call, row.seed.names, row.seed.at);
  if (given.is === 'given' && isForOthers(given.argument)) return [];
  if (row.seed.names[0] === 'generator') {
    return given.is === 'missing' ? torchGenerator(judged, call, notebook) : [];
  }
  const name = nameOf(row, versions);
  const seed = seedText(row, notebook, judged);
  const isFirst = row.seed.at === 0 && call.args.length === 0;
  const argument = isFirst ? seed : `${name}=${seed}`;
  const edit =
    given.is === 'given'
      ? notebook.replace(call.cell, given.argument.expression, seed)
      : argumentAdded(notebook, call, argument);
  return [
    { title: `Give it a seed of its own (${argument})`, safe: judged.verdict === 'unseeded', edits: [edit] },
  ];
}

/** A name or an entry that stands for None can stand for a number elsewhere. */
function isForOthers({ star, expression }: ArgumentValue): boolean {
  return star !== undefined || expression.type === 'name' || expression.type === 'subscript';
}

/** SciPy calls it `rng` since 1.15. */
function nameOf({ api, seed }: Api, { scipy }: Versions): string {
  const [first, before] = seed!.names;
  const isOld = api.startsWith('scipy.') && first === 'rng' && scipy !== undefined && isBefore(scipy, '1.15');
  return isOld ? before! : first!;
}

/** With a constant for seeds in the notebook, NumPy’s generators take a stream of it. */
function seedText({ api }: Api, notebook: Notebook, { cell, range }: Judged): string {
  const free = String(notebook.freeSeed());
  if (!BY_SEQUENCE.test(api)) return free;
  const before = notebook.before({ cell, at: range.from });
  const named = /^(SEED|RANDOM_SEED|RANDOM_STATE|seed|random_seed|random_state)\s*=\s*\d+\s*(#.*)?$/m.exec(
    before,
  );
  return named ? `[${named[1]}, ${free}]` : free;
}

function torchGenerator({ cell, range, verdict }: Judged, call: SeenCall, notebook: Notebook): Fix[] {
  if (!/^import torch\b(?!\.|\s+as)/m.test(notebook.before({ cell, at: range.from }))) return [];
  const generator = `torch.Generator().manual_seed(${notebook.freeSeed()})`;
  const edits = [argumentAdded(notebook, call, `generator=${generator}`)];
  return [{ title: 'Give it a generator of its own', safe: verdict === 'unseeded', edits }];
}

/** Another seed where there is one that varies or that another generator has. */
export function anotherSeed({ cell, rule, call, row, replace }: Judged, notebook: Notebook): Fix[] {
  if (replace === undefined || call === undefined) return [];
  const free = String(notebook.freeSeed());
  const isShared = rule === 'seed-reuse' && row !== undefined && BY_SEQUENCE.test(row.api);
  const before = notebook.text(cell, replace.range);
  const text = isShared ? `[${before}, ${free}]` : free;
  const title = rule === 'seed-varies' ? `Use one seed (${text})` : `Give it a stream of its own (${text})`;
  // A name may be printed as the seed that was used.
  const isNamed = rule === 'seed-varies' && /^\w+$/.test(before);
  return [
    {
      title,
      safe: rule !== 'keras-seed-reuse' && !isNamed,
      edits: [notebook.replace(cell, replace.range, text)],
    },
  ];
}

/** `np.random.seed()` and `seed(None)`. */
export function someSeed({ cell, call }: Judged, notebook: Notebook): Fix[] {
  if (call === undefined || !call.call.whole || call.call.args.length > 1) return [];
  const free = String(notebook.freeSeed());
  const [given] = call.call.args;
  // A name that stands for None can stand for a number elsewhere.
  if (given && given.value.type !== 'constant') return [];
  const edit = given ? notebook.replace(cell, given.value, free) : argumentAdded(notebook, call, free);
  return [{ title: `Seed it with a number (${free})`, safe: true, edits: [edit] }];
}
