/** Statements that let a database draw. */
import { type Api, type Library, members } from './rule';

/**
 * Functions that draw, and samples that name no seed; where the statement sets the database's own seed it repeats.
 * The agent has the same of statements that ran: `src/agent/reprise_agent/data/statements.py`.
 */
const DRAWS =
  /^(?![^]*\bsetseed\s*\()[^]*(\b(random|randn?|newid|newsequentialid|sys_guid|uuid|uuid_string|uuidv[47]|gen_random_uuid|generate_uuid|generateuuidv[47]|uuid_generate_v[14])\s*\(\s*\)|\b(random_normal|randomblob|random_bytes|gen_random_bytes|crypt_gen_random|array_shuffle|array_sample|dbms_random\.\w+)\s*\(|(?<!\binto\s)(?<!\btable\s)\brandom\s*\([^()]+,|\b(tablesample|using\s+sample)\b(?![^]*\brepeatable\b|[^,]*\(\s*\w+\s*,\s*\d))/i;

const drawing = (param: string, at = 0): Omit<Api, 'api'> => ({
  rule: 'data-sql-random',
  reach: null,
  when: [[{ param, at, matches: DRAWS }]],
});

export const sql: Library = {
  rules: [
    {
      id: 'data-sql-random',
      severity: 'warning',
      enforced: false,
      verdict: 'volatile',
      title: 'lets the database draw: no seed of the notebook reaches it',
    },
  ],
  apis: [
    ...members('pandas', 'read_sql read_sql_query', drawing('sql')),
    ...members('polars', 'read_database read_database_uri', drawing('query')),
    ...members('sqlite3.Connection', 'execute executemany', drawing('sql')),
    ...members('sqlite3.Cursor', 'execute executemany', drawing('sql')),
    ...members('duckdb', 'sql query execute', drawing('query')),
    ...members('duckdb.DuckDBPyConnection', 'sql query execute', drawing('query')),
    ...members('psycopg.Connection', 'execute', drawing('query')),
    ...members('psycopg.Cursor', 'execute executemany', drawing('query')),
    ...members('psycopg2.Cursor', 'execute executemany', drawing('query')),
    { api: 'sqlalchemy.text', ...drawing('text') },
  ],
  types: {
    'sqlite3.connect': 'sqlite3.Connection',
    'sqlite3.Connection.cursor': 'sqlite3.Cursor',
    'duckdb.connect': 'duckdb.DuckDBPyConnection',
    'duckdb.DuckDBPyConnection.cursor': 'duckdb.DuckDBPyConnection',
    'psycopg.connect': 'psycopg.Connection',
    'psycopg.Connection.cursor': 'psycopg.Cursor',
    'psycopg2.connect': 'psycopg2.Connection',
    'psycopg2.Connection.cursor': 'psycopg2.Cursor',
  },
};
