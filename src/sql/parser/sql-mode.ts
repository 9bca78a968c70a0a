/** The parts of sql_mode that change how text is read. */
export interface ParserMode {
  readonly ansiQuotes: boolean;
  readonly pipesAsConcat: boolean;
  readonly noBackslashEscapes: boolean;
  readonly highNotPrecedence: boolean;
  readonly ignoreSpace: boolean;
  readonly realAsFloat: boolean;
}

export const DEFAULT_MODE: ParserMode = {
  ansiQuotes: false,
  pipesAsConcat: false,
  noBackslashEscapes: false,
  highNotPrecedence: false,
  ignoreSpace: false,
  realAsFloat: false,
};

let lastText = '';
let lastMode = DEFAULT_MODE;

/** Reads the value of @@sql_mode ('ANSI_QUOTES,STRICT_TRANS_TABLES'); other modes are ignored. ANSI implies four of them. */
export function parserMode(sqlMode: string): ParserMode {
  if (sqlMode === lastText) return lastMode;
  const modes = new Set(sqlMode.toUpperCase().split(','));
  const ansi = modes.has('ANSI');
  lastMode = {
    ansiQuotes: ansi || modes.has('ANSI_QUOTES'),
    pipesAsConcat: ansi || modes.has('PIPES_AS_CONCAT'),
    noBackslashEscapes: modes.has('NO_BACKSLASH_ESCAPES'),
    highNotPrecedence: modes.has('HIGH_NOT_PRECEDENCE'),
    ignoreSpace: ansi || modes.has('IGNORE_SPACE'),
    realAsFloat: ansi || modes.has('REAL_AS_FLOAT'),
  };
  lastText = sqlMode;
  return lastMode;
}
