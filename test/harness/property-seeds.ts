/**
 * In CI, properties are tried with the same random values on every run, so that a commit passes or fails by its own merit; on a laptop
 * each run tries others. A counterexample found there becomes a case of its own.
 */
import fc from 'fast-check';

if (process.env['CI'] === 'true') fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: 20261124 });
