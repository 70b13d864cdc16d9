import { stringify } from 'yaml';

/** Objects as one YAML file that `kubectl apply -f` takes: texts that YAML 1.1 would read as something else are quoted. */
export function yamlText(objects: readonly object[]): string {
  return objects
    .map((object) => stringify(object, { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false }))
    .join('---\n');
}
