/**
 * What conversions read of the session, and where they report to. `EvalContext` of the expression room has this shape.
 */
export interface ConversionContext {
  readonly session: {
    readonly sqlMode: {
      readonly noZeroDate: boolean;
      readonly noZeroInDate: boolean;
      readonly allowInvalidDates: boolean;
      readonly timeTruncateFractional: boolean;
      readonly padCharToFullLength: boolean;
    };
    /** Written values that do not fit fail; otherwise they are adjusted with a warning. */
    readonly strict: boolean;
    readonly timeZone: string;
    /** Statement start, microseconds since the Unix epoch: the date of a TIME used as a DATETIME. */
    readonly nowMicros: number;
  };
  warn(errno: number, message: string, level?: 'Warning' | 'Note' | 'Error'): void;
}
