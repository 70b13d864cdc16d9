/** What builtins, methods, attributes and magics by these names do. */
export const MAIN = '__main__';
export const WILD = new Set([
  'exec',
  'eval',
  'globals',
  'locals',
  'vars',
  'get_ipython',
  '__import__',
  'setattr',
  MAIN,
]);
/** Attributes of frames, functions and the shell that are the notebook's namespace. */
export const NAMESPACES = new Set([
  'f_globals',
  'f_locals',
  'user_ns',
  'user_global_ns',
  'user_module',
  '__globals__',
]);

/** Builtins that change nothing but what they return. `print` writes to the cell's own output. */

export const HARMLESS = new Set([
  'abs', 'all', 'any', 'ascii', 'bin', 'bool', 'bytes', 'chr', 'complex', 'dict', 'dir', 'display', 'divmod', 'enumerate', 'float', 'format', 'frozenset', 'getattr', 'hasattr', 'hash', 'hex', 'id', 'int', 'isinstance', 'issubclass', 'len', 'list', 'max', 'min', 'oct', 'ord', 'pow', 'print', 'range', 'repr', 'reversed', 'round', 'set', 'slice', 'sorted', 'str', 'sum', 'tuple', 'type', 'zip',
]); // prettier-ignore

/** Methods of built-in values, by which nothing is drawn; the first ones change what they are called on. */
export const CHANGING = new Set([
  'add', 'append', 'clear', 'discard', 'extend', 'insert', 'pop', 'popitem', 'remove', 'reverse', 'setdefault', 'update',
]); // prettier-ignore
export const LOOKING = new Set([
  'copy', 'count', 'endswith', 'format', 'get', 'index', 'items', 'join', 'keys', 'lower', 'lstrip', 'replace', 'rstrip', 'split', 'splitlines', 'startswith', 'strip', 'title', 'upper', 'values',
]); // prettier-ignore

export const FILES =
  /\bopen\b|\bto_\w+|\bsave\w*|\bdump\w*|\bwrite\w*|\btouch\b|\bunlink\b|\bremove\b|\brename\b|\breplace\b|\bmkdir\b|\bmakedirs\b|\brmtree\b|\bshutil\b|\bsubprocess\b|\bsystem\b|\bpopen\b|\burlretrieve\b|\bdownload\w*|\bconnect\b|\btofile\b|\bZipFile\b|\bmemmap\b|\bextractall\b|\bexport\w*/i;
export const PROCESS =
  /\bchdir\b|\benviron\b|\bputenv\b|\bset_env\b|\bload_dotenv\b|\bsys\.path\b|\bset_printoptions\b|\bseterr\b|\bset_option\b|\boptions\b|\brcParams\b|\brc\b|\bstyle\b|\bset_theme\b|\bset_style\b|\bgetcontext\b|\bsetcontext\b/;

export const SAFE_MAGICS =
  /^%{1,2}(time|timeit|matplotlib|config|load_ext|reload_ext|autoreload|pwd|ls|pinfo2?|pdoc|psource|history|hist|lsmagic|who|whos|html|javascript|js|latex|markdown|svg|xmode|colors|prun|memit|quickref|pip|conda|mamba|uv)\b/i;
export const SHELL_MAGICS = /^(!|%{1,2}(bash|sh|script|sx|system|sc|writefile|mkdir|cat)\b)/i;
export const PROCESS_MAGICS = /^%(cd|env|set_env|pushd|popd|precision)\b/;
export const CAPTURE = /^%%capture\s+(?:--?\S+\s+)*([A-Za-z_]\w*)/;
export const ASSIGNED_MAGIC = /^([A-Za-z_][\w.,\s[\]]*)=\s*!/;
