/** What the shell needs of a database: run one statement, get text cells. The embedded engine and a server both give it. */
export interface ShellColumn {
  readonly name: string;
  /** Numbers are aligned to the right. */
  readonly numeric: boolean;
}

export type Cell = string | null;

export interface ShellRows {
  readonly kind: 'rows';
  readonly columns: readonly ShellColumn[];
  readonly rows: AsyncIterable<readonly Cell[][]>;
  /** Valid after the last row. */
  warningCount(): number;
}

export interface ShellOk {
  readonly kind: 'ok';
  readonly affectedRows: number;
  readonly info: string;
  readonly warningCount: number;
}

export type ShellResult = ShellRows | ShellOk;

export interface ShellConnection {
  /** 'Ebb 0.1.0, ./ebb-data' or the server's version and address. */
  readonly description: string;
  run(sql: string): Promise<ShellResult>;
  /** Ctrl-C: ends the running statement. */
  interrupt(): void;
  close(): Promise<void>;
  /** Bytes that LOAD DATA LOCAL has read so far; 0 outside one. */
  loadedBytes(): number;
}
