/** Password hashes and challenge answers of MySQL's two password plugins. */
export * from './native-password.ts';
export * from './sha256-crypt.ts';
export * from './sha2-cache.ts';
