/** Names of partitions are the same when utf8mb3_general_ci says so: without regard to case and accents. */
import { getCollation } from '../../types/index.ts';

const collation = getCollation('utf8mb3_general_ci');

export function partitionNameKey(name: string): string {
  return collation.hashKey(name);
}
