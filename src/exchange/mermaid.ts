/** A run as a Mermaid flowchart: its cells, and the variables and files that went from one to another. */
import { VERDICT_WORDS } from '../replay/words';
import { type Exchanged, type Execution, provenanceOf, type Version } from './provenance';

const LONGEST = 60;

export function mermaidText(exchanged: Exchanged): string {
  const { executions, versions } = provenanceOf(exchanged.record);
  const used = new Set(executions.flatMap((execution) => execution.used));
  // A value that no other cell took up says nothing about how cells hang together; a file is a result.
  const shown = new Set(versions.filter((version) => version.kind !== 'variable' || used.has(version)));
  const made = new Set(executions.flatMap((execution) => execution.made));
  const lines = [
    'flowchart TD',
    ...executions.map((execution) => `  ${cellKey(execution)}["${cellLabel(exchanged, execution)}"]`),
    ...[...shown].map((version) => `  ${version.key}${shape(version)}`),
    ...executions.flatMap((execution) => [
      ...execution.used.map(({ key }) => `  ${key} --> ${cellKey(execution)}`),
      ...execution.made
        .filter((version) => shown.has(version))
        .map(({ key }) => `  ${cellKey(execution)} --> ${key}`),
    ]),
    ...styles(exchanged, executions, [...shown], made),
  ];
  return lines.join('\n') + '\n';
}

function cellKey({ seq }: Execution): string {
  return `cell_${seq}`;
}

function cellLabel({ title, judgement }: Exchanged, { line }: Execution): string {
  const verdict = judgement?.cells.find(({ id }) => id === line.id)?.verdict;
  const words = [
    `cell ${line.index}${line.execution > 1 ? `, execution ${line.execution}` : ''}`,
    ...(verdict === undefined ? [] : [VERDICT_WORDS[verdict]]),
    ...(line.status === 'error' ? [`raised ${line.error?.ename ?? 'an error'}`] : []),
  ];
  const said = title(line);
  return [words.join(' · '), ...(said === '' ? [] : [said])].map(escaped).join('<br/>');
}

function shape({ kind, name, number, digest }: Version): string {
  const label = escaped(`${name}${number > 1 ? ` (${number})` : ''}`);
  const short = digest === undefined ? '' : `<br/>${digest.slice(0, 8)}`;
  if (kind === 'data') return `[/"${label}"/]`;
  return kind === 'file' ? `[("${label}${short}")]` : `(["${label}"])`;
}

function styles(
  { judgement }: Exchanged,
  executions: Execution[],
  shown: Version[],
  made: Set<Version>,
): string[] {
  const bad = new Set(
    judgement?.cells
      .filter(({ verdict }) => verdict === 'different' || verdict === 'unverifiable')
      .map(({ id }) => id),
  );
  const named = (name: string, keys: string[]): string[] =>
    keys.length === 0 ? [] : [`  class ${keys.join(',')} ${name}`];
  return [
    '  classDef doubtful stroke-width:3px,stroke-dasharray:4 2',
    '  classDef unseen stroke-dasharray:2 2',
    ...named('doubtful', executions.filter(({ line }) => bad.has(line.id)).map(cellKey)),
    // Nobody saw who made it: an input, or a change that was not observed.
    ...named(
      'unseen',
      shown.filter((version) => !made.has(version)).map(({ key }) => key),
    ),
  ];
}

/** As character entities of Mermaid, but for what has no meaning in it. */
function escaped(text: string): string {
  const characters = [...text.replaceAll(/\s+/g, ' ')];
  const cut = characters.length > LONGEST ? [...characters.slice(0, LONGEST - 1), '…'] : characters;
  return cut
    .map((each) => (/^[\p{L}\p{N} .,_·…-]$/u.test(each) ? each : `#${each.codePointAt(0)};`))
    .join('');
}
