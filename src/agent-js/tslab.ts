/** tslab runs what TypeScript makes of a cell, under one name for all cells: its converter is where that can be seen. */
import type { EntropyLog } from './entropy';
import type { Hook } from './modules';

type Converter = { convert: (before: string, source: string) => { output?: string } };
type ConverterModule = { createConverter?: (...given: unknown[]) => Converter };

export function tslabHook(log: EntropyLog): Hook {
  return {
    request: /[\\/]converter$/,
    apply: (loaded) => {
      const module = loaded as ConverterModule;
      const create = module.createConverter;
      if (create === undefined) return;
      module.createConverter = (...given) => {
        const converter = create(...given);
        const convert = converter.convert.bind(converter);
        converter.convert = (before, source) => {
          const converted = convert(before, source);
          if (converted.output) log.runs(converted.output);
          return converted;
        };
        return converter;
      };
    },
  };
}
