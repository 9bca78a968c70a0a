/** CHECKSUM TABLE: a sum of row checksums over the rows' texts, so that the order in which rows are read does not matter. */
import { checksum32, utf8Encode } from '../../base/index.ts';
import type { TableDef } from '../../sql/catalog/index.ts';
import { protocolText, type Row } from '../../sql/types/index.ts';
import type { EngineSession } from './session.ts';

export async function checksumTable(session: EngineSession, table: TableDef): Promise<number> {
  const open = session.transactions.ensure();
  await session.useUnheld(open.transaction, [table]);
  const columns = table.columns.flatMap((column, place) =>
    column.hidden || (column.generated && !column.generated.stored) ? [] : [place],
  );
  const types = columns.map((place) => table.columns[place]!.type);
  const cursor = open.storage.scan({ table, index: table.indexes[0]!, ranges: [{}], columns, reverse: false });
  let sum = 0;
  try {
    for (;;) {
      const batch = await cursor.next();
      if (batch === undefined) break;
      for (const row of batch) sum = (sum + rowChecksum(row, types)) >>> 0;
      session.interrupt.check();
      await session.yieldNow();
    }
  } finally {
    cursor.close();
  }
  await session.transactions.endStatement();
  return sum;
}

type Types = readonly Parameters<typeof protocolText>[1][];

function rowChecksum(row: Row, types: Types): number {
  let sum = 0;
  types.forEach((type, place) => {
    const value = row[place] ?? null;
    if (value === null) {
      sum = (Math.imul(sum, 31) + 1) >>> 0;
      return;
    }
    const text = protocolText(value, type);
    sum = (Math.imul(sum, 31) + checksum32(typeof text === 'string' ? utf8Encode(text) : text)) >>> 0;
  });
  return sum;
}
