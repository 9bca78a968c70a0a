/**
 * Names: a project is chosen by the prefix of the user name, as in TiDB Serverless: `shop.alice` is alice of the project shop.
 * A name without a prefix is an account of the server's own database.
 */
import { DbError } from '../base/index.ts';

const PROJECT_NAME = /^[a-z][a-z0-9-]{0,61}[a-z0-9]$/;

export interface ProjectUser {
  readonly project: string;
  readonly user: string;
}

/** Undefined when the name has no prefix that could be a project's. */
export function projectOfUser(name: string): ProjectUser | undefined {
  const dot = name.indexOf('.');
  if (dot < 0) return undefined;
  const project = name.slice(0, dot);
  return PROJECT_NAME.test(project) ? { project, user: name.slice(dot + 1) } : undefined;
}

/** Raises `invalid/project-name` with the rule in it. */
export function checkProjectName(name: string): void {
  if (PROJECT_NAME.test(name)) return;
  const rule = '2 to 63 lower-case letters, digits and hyphens, starting with a letter, not ending with a hyphen';
  throw new DbError('invalid', 'project-name', `'${name}' is not a project name: ${rule}`);
}
