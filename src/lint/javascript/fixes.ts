/** Quick fixes of cells in JavaScript: a seed of its own where there is a place for one. */
import type { Fix } from '../finding';
import type { Notebook } from '../fixes/text';
import type { Range } from '../python/ast';
import { APIS } from '../rules/tfjs';
import type { Api } from '../rules/rule';
import { argumentOf, conditionsMet } from './arguments';
import type { ScriptJudged } from './judge';
import { isToken } from './syntax';
import type { SeenCall } from './values';

type Edit = { range: Range; text: string };

export function scriptFixesOf(judged: ScriptJudged, notebook: Notebook): Fix[] {
  const { cell, rule, call, row, verdict } = judged;
  if (!call?.whole || !row || row.unfixable) return [];
  const isSame = isRepeated(rule, call);
  const fixed = (title: string, edits: Edit[] | undefined, isScience = true): Fix[] => {
    if (!edits) return [];
    const same = isSame ? ', so that each call gives the same' : '';
    return [
      {
        title: title + same,
        safe: isScience && !isSame && verdict !== 'order-dependent',
        edits: edits.map(({ range, text }) => notebook.replace(cell, range, text)),
      },
    ];
  };
  if (rule === 'tfjs-fit-shuffle') {
    const title = 'Train on the rows in their order (shuffle: false), which is another training';
    return fixed(title, withOption(call, row, 'shuffle', 'false'), false);
  }
  if (rule === 'tfjs-initializer' && !row.seed) {
    return fixed('Give its weights a seed of their own', withInitializers(call, row, notebook));
  }
  if (!row.seed) return [];
  const seed = row.seed.isText ? `'${notebook.freeSeed()}'` : String(notebook.freeSeed());
  const isOption = row.seed.at === undefined;
  const edits = isOption ? withOption(call, row, 'seed', seed) : withArgument(call, row.seed.at!, seed);
  if (rule === 'seed-varies') return fixed(`Use one seed (${seed})`, edits);
  if (rule === 'seed-reuse') return fixed(`Give it a stream of its own (${seed})`, edits);
  return fixed(`Give it a seed of its own (${isOption ? `seed: ${seed}` : seed})`, edits);
}

/** Whether a seed in the call would make one and the same of what are many draws: another science. */
function isRepeated(rule: string, { times }: SeenCall): boolean {
  switch (rule) {
    case 'tfjs-data-shuffle':
    case 'tfjs-fit-shuffle':
    case 'seed-reuse':
      return false;
    case 'tfjs-initializer':
      // A function that makes a model gives each the same weights to begin with; a loop, each layer of one model.
      return times === 'often';
    default:
      return times !== 'once';
  }
}

/** What is left out before it is `undefined`, which stands for the default. */
function withArgument({ args, open, text }: SeenCall, at: number, written: string): Edit[] | undefined {
  const there = args[at];
  if (there) return [{ range: there.node, text: written }];
  if (text[open] !== '(') return undefined;
  const more = [...Array<string>(at - args.length).fill('undefined'), written].join(', ');
  return [inserted(args.at(-1)?.node, open, more)];
}

function withOption(call: SeenCall, row: Api, name: string, written: string): Edit[] | undefined {
  const given = argumentOf(call, name, undefined, row.options);
  if (given.is === 'given') return given.node && [{ range: given.node, text: written }];
  return withProperties(call, row, `${name}: ${written}`);
}

function withProperties(call: SeenCall, row: Api, properties: string): Edit[] | undefined {
  const object = call.args[row.options!]?.node;
  if (object?.name === 'ObjectExpression') {
    return [inserted(object.getChildren('Property').at(-1), object.from, properties)];
  }
  // Something that stands for an object is written elsewhere.
  return object || call.args.length < row.options!
    ? undefined
    : withArgument(call, row.options!, `{${properties}}`);
}

/** Behind the last of its like: a comma that ends the list stays where it is. */
function inserted(last: Range | undefined, open: number, text: string): Edit {
  const at = last?.to ?? open + 1;
  return { range: { from: at, to: at }, text: last ? `, ${text}` : text };
}

/** Initializers that a layer names, or that it has by default, as calls with a seed. */
function withInitializers(call: SeenCall, row: Api, notebook: Notebook): Edit[] | undefined {
  const library = /^([^]*)\.layers\.\w+$/.exec(call.text.slice(call.callee.from, call.callee.to))?.[1];
  const drawn = conditionsMet(call, row);
  const seeds = notebook.freeSeeds(drawn.length);
  const edits: Edit[] = [];
  const missing: string[] = [];
  for (const [i, { condition, given }] of drawn.entries()) {
    const value =
      given.is === 'given' && given.value.kind === 'constant' ? given.value.value : condition.fallback;
    const name = String(value).replace(/^./, (first) => first.toLowerCase());
    if (library === undefined || !APIS.has(`tf.initializers.${name}`)) return undefined;
    const written = `${library}.initializers.${name}({seed: ${seeds[i]}})`;
    if (given.is !== 'given') missing.push(`${condition.param}: ${written}`);
    else if (!given.node || isToken(given.node)) return undefined;
    else edits.push({ range: given.node, text: written });
  }
  if (missing.length === 0) return edits;
  const added = withProperties(call, row, missing.join(', '));
  return added && [...edits, ...added];
}
