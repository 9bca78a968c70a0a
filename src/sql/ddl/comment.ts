/** Comments have a limit in characters: an error in strict mode, else a warning and the part that fits. */
import type { SqlError } from '../../base/index.ts';
import type { BuildContext } from './build-context.ts';

export const TABLE_COMMENT_MAX = 2048;
export const COLUMN_COMMENT_MAX = 1024;
export const INDEX_COMMENT_MAX = 1024;

export function fittingComment(
  comment: string,
  charsMax: number,
  context: Pick<BuildContext, 'strict' | 'warn'>,
  refusal: () => SqlError,
): string {
  const chars = [...comment];
  if (chars.length <= charsMax) return comment;
  const error = refusal();
  if (context.strict) throw error;
  context.warn(error.errno, error.message);
  return chars.slice(0, charsMax).join('');
}
