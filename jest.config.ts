import type { Config } from 'jest'

export default {
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  testEnvironment: '<rootDir>/test/support/environment.ts',
  transform: {
    '/test/(?!.*/node_modules/).*\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2024' }, module: { type: 'es6' } },
    ],
    '\\.[cm]?[jt]s$': '<rootDir>/test/support/as-node-runs-it.ts',
  },
  transformIgnorePatterns: [
    '/test/support/(as-node-runs-it|closing-line|environment|global-setup|global-teardown)',
  ],
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  reporters: ['default', '<rootDir>/test/support/closing-line.ts'],
  testTimeout: 60_000,
  maxWorkers: 2,
} satisfies Config
