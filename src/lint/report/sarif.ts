/** Findings as SARIF 2.1.0 (OASIS), one run. */
import type { Finding, Lint } from '../finding';
import { RULES } from '../rules';

const LEVELS = { error: 'error', warning: 'warning', info: 'note' } as const;

export function sarifOf({ files, skipped }: Lint, version: string): object {
  const used = [...new Set(files.flatMap(({ findings }) => findings.map(({ rule }) => rule)))].sort();
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'Reprise', version, rules: used.map(descriptorOf) } },
        columnKind: 'utf16CodeUnits',
        results: files.flatMap(({ path, findings }) => findings.map((each) => resultOf(path, each, used))),
        invocations: [
          {
            executionSuccessful: true,
            toolExecutionNotifications: skipped.map(({ path, reason }) => ({
              level: 'warning',
              message: { text: reason },
              locations: [{ physicalLocation: { artifactLocation: locationOf(path) } }],
            })),
          },
        ],
      },
    ],
  };
}

function descriptorOf(id: string): object {
  const { title, severity } = RULES.get(id)!;
  return {
    id,
    shortDescription: { text: title },
    help: { text: `docs/rules/${id}.md` },
    defaultConfiguration: { level: LEVELS[severity] },
  };
}

function resultOf(path: string, { rule, severity, message, cell, range }: Finding, used: string[]): object {
  const { start, end } = range;
  const region = {
    startLine: start.line + 1,
    startColumn: start.character + 1,
    endLine: end.line + 1,
    endColumn: end.character + 1,
  };
  // A line of a cell is no line of the notebook's file.
  const isScript = path.endsWith('.py');
  const where = isScript ? '' : `cell ${cell.index}, line ${region.startLine}: `;
  return {
    ruleId: rule,
    ruleIndex: used.indexOf(rule),
    level: LEVELS[severity],
    message: { text: where + message },
    locations: [
      {
        physicalLocation: { artifactLocation: locationOf(path), ...(isScript ? { region } : {}) },
        ...(isScript
          ? {}
          : { logicalLocations: [{ name: `cell ${cell.index}`, fullyQualifiedName: cell.id }] }),
      },
    ],
    properties: { cell: cell.index, region },
  };
}

function locationOf(path: string): object {
  return { uri: path.split('/').map(encodeURIComponent).join('/') };
}
