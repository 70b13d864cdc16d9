/** Output that the notebook declares volatile, and differences that canon/1 masks: equality apart from them is proven. */
import { FILE_CONTENT } from '../compare/files';
import { indexOf, sentenceList, type Context, type Suspect } from './context';

const MASKED: Record<string, string> = {
  cr: 'text that was overwritten by carriage returns',
  ansi: 'terminal colours',
  address: 'memory addresses',
  'ipykernel-path': 'names of temporary cell files',
  'library-path': 'the place where libraries are installed',
  traceback: 'the lines of a traceback',
  'generated-id': 'generated element ids',
  'png-pixels': 'the encoding of a picture whose pixels are equal',
  'json-order': 'the order of JSON keys',
  timing: 'measured durations',
  [FILE_CONTENT]: 'time stamps and packing of files whose content is equal',
};

export function declaredVolatile({ comparison }: Context): Suspect[] {
  const outputDiffers = comparison.differences.some(({ what }) => what === 'output');
  if (comparison.volatile === undefined || !outputDiffers) return [];
  const index = indexOf(comparison);
  return [
    {
      kind: 'volatile-output',
      strength: 'proven',
      summary: `Cell ${index} declares its output volatile (${comparison.volatile}); it does not count.`,
      evidence: [{ what: `# reprise: volatile ${comparison.volatile}`, where: { cell: index } }],
    },
  ];
}

export function masked({ comparison }: Context): Suspect[] {
  if (comparison.masks.length === 0) return [];
  const index = indexOf(comparison);
  const onlyTiming = comparison.masks.every((mask) => mask === 'timing');
  return [
    {
      kind: onlyTiming ? 'time' : 'volatile-output',
      strength: 'proven',
      summary: `The results of cell ${index} are equal apart from ${sentenceList(comparison.masks.map((mask) => MASKED[mask] ?? mask))}.`,
      evidence: comparison.masks.map((mask) => ({ what: `mask ${mask}`, where: { cell: index } })),
    },
  ];
}
