/** Text in single quotes as MySQL prints it in definitions. */
export function quoteText(text: string): string {
  const escaped = text.replace(/[\\'\0\n\r]/g, (c) =>
    c === "'" ? "''" : c === '\\' ? '\\\\' : c === '\n' ? '\\n' : c === '\r' ? '\\r' : '\\0',
  );
  return `'${escaped}'`;
}
