/**
 * HELP: looks for topics, then for a keyword, then for categories whose name is LIKE the words, in the tables mysql.help_*. They are empty until
 * somebody loads MySQL's own texts into them.
 */
import type { StatementResult } from '../session-port.ts';
import { tableResult, textColumn } from '../session/results.ts';
import type { SystemTables } from './system-tables.ts';

type Rows = readonly (readonly (string | null)[])[];

const TOPIC = [textColumn('name', 64), textColumn('description', 65_535), textColumn('example', 65_535)];
const LIST = [textColumn('name', 64), textColumn('is_it_category', 1)];
const CATEGORY = [textColumn('source_category_name', 64), ...LIST];

export async function runHelp(tables: SystemTables, words: string): Promise<StatementResult> {
  const like = `LIKE '${words.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
  const named = await tables.rows(
    'help_topic',
    `SELECT name, description, example FROM mysql.help_topic WHERE name ${like} ORDER BY name`,
  );
  const topics = named.length > 0 ? named : await topicsOfKeyword(tables, like);
  if (topics.length === 1) return tableResult(TOPIC, topics as (string | null)[][]);
  const categories = await tables.rows(
    'help_category',
    `SELECT name, help_category_id FROM mysql.help_category WHERE name ${like} ORDER BY name`,
  );
  const [only] = categories;
  if (topics.length === 0 && only !== undefined && categories.length === 1) return contentOf(tables, only);
  return tableResult(LIST, [...list(topics, 'N'), ...list(categories, 'Y')]);
}

/** Only of a keyword that is meant without doubt. */
async function topicsOfKeyword(tables: SystemTables, like: string): Promise<Rows> {
  const keywords = await tables.rows(
    'help_keyword',
    `SELECT help_keyword_id FROM mysql.help_keyword WHERE name ${like}`,
  );
  if (keywords.length !== 1) return [];
  return tables.rows(
    'help_relation',
    `SELECT name, description, example FROM mysql.help_topic t JOIN mysql.help_relation r USING (help_topic_id)
     WHERE r.help_keyword_id = ${keywords[0]?.[0]} ORDER BY name`,
  );
}

async function contentOf(
  tables: SystemTables,
  [name = null, id]: readonly (string | null)[],
): Promise<StatementResult> {
  const topics = await tables.rows(
    'help_topic',
    `SELECT name FROM mysql.help_topic WHERE help_category_id = ${id} ORDER BY name`,
  );
  const categories = await tables.rows(
    'help_category',
    `SELECT name FROM mysql.help_category WHERE parent_category_id = ${id} ORDER BY name`,
  );
  const rows = [...list(topics, 'N'), ...list(categories, 'Y')];
  return tableResult(
    CATEGORY,
    rows.map((row) => [name, ...row]),
  );
}

function list(rows: Rows, isCategory: 'N' | 'Y'): (string | null)[][] {
  return rows.map(([name = null]) => [name, isCategory]);
}
