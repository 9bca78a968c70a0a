/** How many partitions (subpartitions counted) a table may have, as in MySQL. */
export const PARTITIONS_MAX = 8192;
