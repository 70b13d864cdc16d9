/** What IPython prints for %time, %timeit and %prun: only durations and the loop count of %timeit are masked. */

const SECONDS = String.raw`-?\d+(?:\.\d+)?(?:e[+-]?\d+)? (?:s|ms|us|µs|μs|ns)`;
const LONG = String.raw`\d+(?:d|h|min|s)(?: \d+(?:h|min|s))*`;
const DURATION = `(?:${SECONDS}|${LONG})`;
const MEASURED = `${DURATION} (?:±|\\+-) ${DURATION} per loop \\(mean (?:±|\\+-) std\\. dev\\. of \\d+ runs?, [\\d,]+ loops? each\\)`;

const TIME = new RegExp(
  `CPU times: (?:user ${DURATION}, sys: ${DURATION}, )?total: ${DURATION}\\nWall time: ${DURATION}(?:\\n|$)` +
    `((?:Compiler : ${DURATION}(?:\\n|$))?(?:Parser   : ${DURATION}(?:\\n|$))?)`,
  'g',
);
const TIMEIT = new RegExp(
  '(?:The slowest run took \\d+\\.\\d+ times longer than the fastest\\. ' +
    `This could mean that an intermediate result is being cached\\.\\n)?(${MEASURED}(?:\\n|$))(?:Compiler time: \\d+\\.\\d+ s(?:\\n|$))?`,
  'g',
);
const TIMEIT_RESULT = new RegExp(`^<TimeitResult : ${MEASURED}>$`);
const PRUN =
  /^ +\d+ function calls(?: \(\d+ primitive calls\))? in \d+\.\d+ seconds\n(?:.*\n)*? +ncalls +tottime +percall +cumtime +percall filename:lineno\(function\)\n(?: *\d+(?:\/\d+)?(?: +\d+\.\d{3}){2,4} .*\n)*/gm;

/** Standard output of a cell. A cell magic measures once, at the end, so only its last report is IPython's. */
export function maskMagicTimes(text: string, source: string): string {
  let masked = text;
  const [time, timeit, prun] = [magicIn(source, 'time'), magicIn(source, 'timeit'), magicIn(source, 'prun')];
  if (time)
    masked = replaceReports(masked, TIME, time, (report, extra) =>
      maskDurations(report.slice(0, report.length - extra.length)),
    );
  if (timeit) masked = replaceReports(masked, TIMEIT, timeit, (_, result) => maskMeasured(result));
  if (prun) masked = replaceReports(masked, PRUN, prun, maskProfile);
  return masked;
}

/** The text of a displayed result: what `%timeit -o` returns. */
export function maskTimeitResult(text: string, source: string): string {
  return magicIn(source, 'timeit') && TIMEIT_RESULT.test(text) ? maskMeasured(text) : text;
}

type Magic = 'cell' | 'line';

function magicIn(source: string, name: 'time' | 'timeit' | 'prun'): Magic | undefined {
  const line = new RegExp(
    `^[ \\t]*(?:[\\w.,\\[\\] \\t]+=[ \\t]*)?%${name}(?!\\w)|run_line_magic\\([ \\t]*['"]${name}['"]`,
    'm',
  );
  if (line.test(source)) return 'line';
  const cell = new RegExp(`^[ \\t]*%%${name}(?!\\w)|run_cell_magic\\([ \\t]*['"]${name}['"]`, 'm');
  return cell.test(source) ? 'cell' : undefined;
}

function replaceReports(
  text: string,
  report: RegExp,
  magic: Magic,
  mask: (whole: string, group: string) => string,
): string {
  const found = [...text.matchAll(report)];
  const ours = magic === 'line' ? found : found.slice(-1);
  return ours.reduceRight(
    (masked, match) =>
      masked.slice(0, match.index) +
      mask(match[0], match[1] ?? '') +
      masked.slice(match.index + match[0].length),
    text,
  );
}

function maskDurations(report: string): string {
  return report.replace(new RegExp(`(: |user )${DURATION}(?=,|\\n|$)`, 'g'), '$1‹time›');
}

function maskMeasured(result: string): string {
  return result
    .replace(new RegExp(`${DURATION} (±|\\+-) ${DURATION} per loop`), '‹time› $1 ‹time› per loop')
    .replace(/, [\d,]+ loops? each/, ', ‹loops› each');
}

function maskProfile(report: string): string {
  return report
    .replace(/ in \d+\.\d+ seconds\n/, ' in ‹time› seconds\n')
    .replace(/^( *\d+(?:\/\d+)?)((?: +\d+\.\d{3}){2,4})(?= )/gm, (_, calls: string, times: string) => {
      return calls + times.replace(/ +\d+\.\d{3}/g, ' ‹time›');
    });
}
