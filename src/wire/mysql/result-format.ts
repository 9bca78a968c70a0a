/**
 * What a result set needs to be sent, made once per list of columns and kept while the list lives: a plan that is
 * cached hands out the same list every time, so its definitions are encoded once.
 */
import { getCharset, type Charset } from '../../sql/types/index.ts';
import type { ResultColumn } from '../../engine/index.ts';
import { binaryValueWriter } from './binary-row.ts';
import { resultText, writeColumnDefinition, type ResultText } from './column-definition.ts';
import { PacketWriter } from './packet-writer.ts';
import { textValueWriter, type ValueWriter } from './text-row.ts';

export interface ResultFormat {
  readonly key: string;
  /** Whole packets, sequence ids from 0, one per column. */
  readonly definitions: Uint8Array;
  readonly text: readonly ValueWriter[];
  readonly binary: readonly ValueWriter[];
}

const formats = new WeakMap<readonly ResultColumn[], ResultFormat>();

/** How one connection sees text; changes with SET NAMES. */
export interface TextSettings {
  readonly key: string;
  readonly text: ResultText;
  /** Undefined = UTF-8. */
  readonly charset: Charset | undefined;
}

const settings = new Map<string, TextSettings>();

export function textSettings(resultCharset: string, collationId: number): TextSettings {
  const key = `${resultCharset}/${collationId}`;
  let known = settings.get(key);
  if (known === undefined) {
    known = { key, text: resultText(resultCharset, collationId), charset: clientCharset(resultCharset) };
    settings.set(key, known);
  }
  return known;
}

/** Undefined for those whose bytes are UTF-8 already, and for binary, which means "do not convert". */
export function clientCharset(name: string): Charset | undefined {
  return UTF8.has(name) ? undefined : getCharset(name);
}

const UTF8 = new Set(['utf8mb4', 'utf8mb3', 'utf8', 'binary', '']);

export function resultFormat(columns: readonly ResultColumn[], settings: TextSettings): ResultFormat {
  const known = formats.get(columns);
  if (known !== undefined && known.key === settings.key) return known;
  const format: ResultFormat = {
    key: settings.key,
    definitions: encodeDefinitions(columns, settings.text),
    text: columns.map((column) => textValueWriter(column.type, settings.charset)),
    binary: columns.map((column) => binaryValueWriter(column.type, settings.charset)),
  };
  formats.set(columns, format);
  return format;
}

function encodeDefinitions(columns: readonly ResultColumn[], text: ResultText): Uint8Array {
  let encoded: Uint8Array = new Uint8Array(0);
  const writer = new PacketWriter((bytes) => {
    encoded = bytes;
    return false;
  });
  for (const column of columns) writeColumnDefinition(writer, column, text);
  writer.flush();
  return encoded;
}
