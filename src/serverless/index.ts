/** Projects: many databases in one process on one store, asleep at no cost. */
export { Fleet, type FleetOptions, type FleetStatus } from './fleet.ts';
export { checkProjectName, projectOfUser } from './project-names.ts';
export { ProjectRegistry, type Project } from './project-registry.ts';
