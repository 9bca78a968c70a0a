/** Sets a session's state from what a client said when it connected (or changed its user): user, character set, modes. */
import { collationById } from '../../sql/types/index.ts';
import type { ConnectOptions } from '../session-port.ts';
import type { SessionState } from './session-state.ts';

export function adoptConnection(
  state: SessionState,
  options: ConnectOptions,
  account: { readonly user: string; readonly host: string },
): void {
  const { variables } = state;
  state.user = `${options.user}@${options.host}`;
  state.currentUser = `${account.user}@${account.host}`;
  const collation = options.collationId === undefined ? undefined : collationById(options.collationId);
  if (collation !== undefined) {
    variables.set('character_set_client', collation.charset);
    variables.set('character_set_results', collation.charset);
    variables.set('character_set_connection', collation.charset);
    variables.set('collation_connection', collation.name);
  }
  if (options.ignoreSpace) addSqlMode(state, 'IGNORE_SPACE');
  if (options.interactive) variables.set('wait_timeout', state.globals.get('interactive_timeout'));
  state.refresh();
}

/** What a client asks for with a capability flag. */
function addSqlMode({ variables }: SessionState, mode: string): void {
  const text = String(variables.get('sql_mode') ?? '');
  if (!text.split(',').includes(mode)) variables.set('sql_mode', text === '' ? mode : `${mode},${text}`);
}
