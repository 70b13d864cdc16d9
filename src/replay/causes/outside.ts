/** Code of a cell that asks for something of which no record holds the answer: it may be another one in each run. */
import { writerOf } from '../compare/view';
import type { CauseKind } from '../documents';
import { linesOf, type Context, type Ran, type Suspect } from './context';
import { definitionOf, withoutComments } from './definitions';

type Channel = {
  kind: CauseKind;
  asks: RegExp;
  /** Completes "Line 3 of cell 4 …". */
  words: string;
  /** Whether the records of this cell hold what was answered after all. */
  isHeld?: (cell: Ran) => boolean;
};

const CHANNELS: readonly Channel[] = [
  {
    kind: 'unseeded-entropy',
    asks: /\/dev\/(?:u?random|hwrng)\b/,
    words: 'reads random bytes from a device; no seed reaches it',
  },
  {
    kind: 'unseeded-entropy',
    asks: /(?:^|[!|;&(`"'])\s*(?:shuf|uuidgen|sort\s[^|;&]*?(?:-[a-zA-Z]*R\b|--random-sort)|openssl\s+rand)\b|\$\{?RANDOM\b/,
    words: 'runs a program that draws from a device; no seed reaches it',
  },
  {
    kind: 'time',
    asks: /!\s*date\b|^\s*date\s+(?:\+["']?%|-[uI]\b|--\w)/,
    words: 'asks another program for the time',
  },
  {
    kind: 'time',
    asks: /%time(?:it)?\b|\btimeit\b|\bdefault_timer\b/,
    words: 'measures how long something takes, which is different in every run',
    isHeld: ({ line }) => line.clock.length > 0,
  },
  {
    kind: 'data-drift',
    asks: /\.(?:post|put|patch|delete)\(\s*f?["']https?:|\b(?:openai|anthropic|aiohttp|websockets?|socket|paramiko|boto3|ftplib|smtplib|xmlrpc)\b/,
    words: 'asks for something over the network, and no record holds the answer',
  },
  {
    kind: 'data-drift',
    asks: /\b(?:requests|httpx|urllib3?|urlopen|urlretrieve|http\.client|yfinance|gdown|wget|curl)\b|["'](?:https?|ftp|s3|gs):\/\/|\bfetch\s*\(\s*["'`]https?:/,
    words: 'asks for something over the network, and no record holds the answer',
    isHeld: ({ line: { data = [] } }) =>
      data.some(({ kind }) => kind === 'url' || kind === 'huggingface') &&
      data.every(({ version }) => isFixed(version)),
  },
  {
    kind: 'unknown',
    asks: /^\s*(?:[\w.,[\] ]+=\s*)?!|%(?:sx|system|sc)\b|^\s*%%(?:bash|sh|script|system|sx|cmd|perl|ruby)\b|\bsubprocess\b|\bos\.(?:system|popen|exec\w+|spawn\w+)\b|\bpexpect\b|\bchild_process\b/,
    words: 'runs another program, and no record holds what that depends on',
  },
  {
    kind: 'unknown',
    asks: /\benviron(?:\[(?![^\]]+\]\s*=(?!=))|\.(?:get|items|copy|keys|values)\b|\s*[,)]|\s*$)|\bgetenv\b|^\s*%env(?:\s+\w+)?\s*$|\bprocess\.env\b|\bDeno\.env\b/,
    words: 'reads environment variables, of which records hold only those that decide about results',
  },
  {
    kind: 'unknown',
    asks: /["'](?:\/proc|\/sys)\/|\bpsutil\b|\bos\.(?:getpid|getppid|getlogin|cpu_count|getloadavg|uname|stat|times)\b|\b(?:gethostname|getmtime|getctime|disk_usage|getuser|mkdtemp|mkstemp|gettempdir)\b|\btempfile\b|\bplatform\.\w+\(/,
    words: 'asks the machine for its state, which no record holds',
  },
  {
    kind: 'data-drift',
    asks: /\b(?:listdir|scandir|iterdir|i?glob|rglob|os\.walk|readdir(?:Sync)?)\s*\(/,
    words: 'lists files, and no record holds the list',
  },
  {
    kind: 'volatile-output',
    asks: /(?<![\w.])id\s*\(/,
    words: 'asks for the address of an object, which is another one in each process',
  },
  {
    kind: 'volatile-output',
    asks: /(?<![\w.])hash\s*\(/,
    words: 'asks for the hash of an object, which follows its address where its class does not say otherwise',
  },
  {
    kind: 'nondeterministic-operation',
    asks: /\bthreading\b|\bThread(?:Pool(?:Executor)?)?\s*\(/,
    words: 'lets things run side by side, and no record holds which of them came first',
  },
];

/** One suspect a channel: each of them leaves it open whether anything else is the cause. */
export function outside(context: Context): Suspect[] {
  const lines = linesOf(context);
  if (lines === undefined) return [];
  const { before, after } = lines;
  const texts = textsOf(before);
  const found = CHANNELS.flatMap((channel): Suspect[] => {
    if (channel.isHeld !== undefined && [before, after].every(channel.isHeld)) return [];
    const places = texts.filter(({ text }) => channel.asks.test(text));
    return places.length === 0 ? [] : [suspectOf(channel, places)];
  });
  return distinct(found);
}

type Place = { text: string; cell: number; line: number };

/** Lines of the cell, and of what it calls by names that other cells have given. */
function textsOf({ index, source, side, line }: Ran): Place[] {
  const elsewhere = line.reads.flatMap((name): Place[] => {
    const writer = writerOf(side, line, name)?.line;
    const cell = side.document.find(({ id }) => id === writer?.id);
    if (writer === undefined || cell === undefined) return [];
    return definitionOf(name, side.source(cell)).map((each) => ({ ...each, cell: cell.index }));
  });
  return [...withoutComments(source).map((each) => ({ ...each, cell: index })), ...elsewhere];
}

function suspectOf({ kind, words }: Channel, places: readonly Place[]): Suspect {
  const [first] = places;
  return {
    kind,
    strength: 'faint',
    summary: `Line ${first!.line} of cell ${first!.cell} ${words}.`,
    evidence: places.map(({ text, cell, line }) => ({ what: text.trim(), where: { cell, line } })),
  };
}

function distinct(suspects: readonly Suspect[]): Suspect[] {
  return suspects.filter(({ summary }, i) => suspects.findIndex((each) => each.summary === summary) === i);
}

/** A time that a server says something was changed at fixes no content. */
function isFixed(version: Record<string, string>): boolean {
  return Object.keys(version).some((field) => field !== 'modified');
}
