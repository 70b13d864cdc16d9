/**
 * Progress bars of tqdm and Keras. Only durations and rates are masked: counts, bars, descriptions and metrics stay.
 * Formats: tqdm 4.6x `format_meter`; Keras 2 and 3 `Progbar` and `verbose=2`.
 */

/**
 * A line that begins with a progress bar, masked, without the padding at its end; undefined where there is no bar.
 * `returned`: a carriage return stands before it, as before every frame that tqdm writes.
 */
export function maskFrame(line: string, returned: boolean): string | undefined {
  if (!line.includes('/') || line.length > LONGEST) return undefined;
  const masked = maskTqdm(line) ?? maskKeras(line) ?? (returned ? maskTqdmWithoutTotal(line) : undefined);
  return masked?.replace(/ +$/, '');
}

/** Characters; bars are far shorter, and matching a longer line could take seconds. */
const LONGEST = 4096;

const CLOCK = String.raw`-?\d+:\d\d(?::\d\d)?`;
const RATE = String.raw` +(?:\?|\d+(?:\.\d+)?(?:e[+-]?\d+)?)([^,\]]*)`;
const POSTFIX = String.raw`((?:, [^\]]*)?)\](.*)$`;

const TQDM = new RegExp(
  String.raw`^(.*?\d+%\|[ #0-9▏▎▍▌▋▊▉█]+\| )(\S+/\S+) \[${CLOCK}<(?:${CLOCK}|\?),${RATE}${POSTFIX}`,
);
const TQDM_WITHOUT_TOTAL = new RegExp(
  String.raw`^((?:.*: )?)(\d+(?:\.\d+)?)([^\d[\]]*) \[${CLOCK},${RATE}${POSTFIX}`,
);

function maskTqdm(line: string): string | undefined {
  const match = line.includes('%|') ? TQDM.exec(line) : null;
  if (!match) return undefined;
  const [, bar = '', counts = '', rateUnit = '', postfix = '', rest = ''] = match;
  const unit = unitOf(rateUnit, /[.kMGTPEZY]/.test(counts));
  return unit === undefined ? undefined : `${bar}${counts} [‹time›<‹time›, ‹rate›${unit}${postfix}]${rest}`;
}

/** Without a total tqdm draws no bar; the unit, both at the count and in the rate, tells it from other text. */
function maskTqdmWithoutTotal(line: string): string | undefined {
  const match = TQDM_WITHOUT_TOTAL.exec(line);
  if (!match) return undefined;
  const [, description = '', count = '', countUnit = '', rateUnit = '', postfix = '', rest = ''] = match;
  const unit = unitOf(rateUnit, count.includes('.') || /^[kMGTPEZY]/.test(countUnit));
  if (unit === undefined || !countUnit.endsWith(unit)) return undefined;
  return `${description}${count}${countUnit} [‹time›, ‹rate›${unit}${postfix}]${rest}`;
}

/** A slow rate is written `s/it` instead of `it/s`, a scaled one with an SI prefix: both follow the speed. */
function unitOf(rateUnit: string, scaled: boolean): string | undefined {
  const prefix = scaled ? '[kMGTPEZY]?' : '';
  const slow = new RegExp(`^${prefix}s/([^/]*)$`).exec(rateUnit);
  return (slow ?? new RegExp(`^${prefix}([^/]*)/s$`).exec(rateUnit))?.[1];
}

const ELAPSED = String.raw`\d+(?:s|:\d\d(?::\d\d)?)`;
const PER_STEP = String.raw`\d+(?:s|ms|us)/(?:step|epoch|sample|batch)`;
const METRICS = String.raw`((?: - [\w./ -]+: .*)?) *$`;

const KERAS_3 = new RegExp(String.raw`^( *\d+/(?:\d+ ━+|Unknown)) ${ELAPSED} ${PER_STEP}${METRICS}`);
const KERAS_2 = new RegExp(
  String.raw`^( *\d+/(?:\d+ \[[=>.]+\]|Unknown) - )(?:ETA: ${ELAPSED}|${ELAPSED}(?: ${PER_STEP})?)${METRICS}`,
);
const KERAS_EPOCH = new RegExp(
  String.raw`^((\d+)/\2) - ${ELAPSED}((?: - (?:${PER_STEP}|[\w./ ]+: [^ ]+))+) *$`,
);

function maskKeras(line: string): string | undefined {
  const newBar = KERAS_3.exec(line);
  if (newBar) return `${newBar[1]} ‹time›${newBar[2]}`;
  const oldBar = KERAS_2.exec(line);
  if (oldBar) return `${oldBar[1]}‹time›${oldBar[2]}`;
  const epoch = KERAS_EPOCH.exec(line);
  const perStep = new RegExp(` - ${PER_STEP}(?= - |$)`, 'g');
  // Without a time per step the line could as well be the user's own.
  if (!epoch?.[3] || epoch[3].search(perStep) < 0) return undefined;
  return `${epoch[1]} - ‹time›${epoch[3].replace(perStep, ' - ‹time›')}`;
}
