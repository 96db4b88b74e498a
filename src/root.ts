import path from 'node:path'

/** The folder that holds views, public, config and migrations: the checkout, or `dist` after a build. */
export const root = path.resolve(import.meta.dirname, '..')
