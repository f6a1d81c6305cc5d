/** @jest-config-loader esbuild-register */
import { availableParallelism } from 'node:os';
import type { Config } from 'jest';

/** `npm test`: every behaviour, quick, the same on any machine. `jest.long.config.ts` has the rest. */
const config: Config = {
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['@wechat-mp/source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  testMatch: [
    '<rootDir>/packages/*/test/**/*.test.ts',
    '<rootDir>/test/{browser,integration}/**/*.test.ts',
  ],
  // Mutation testing keeps copies of the packages there.
  modulePathIgnorePatterns: ['<rootDir>/.cache/'],
  // No `module.type`: @swc/jest then emits what Jest asks for, ESM or CommonJS.
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        swcrc: false,
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          // As Nest's compilers do.
          transform: { legacyDecorator: true, decoratorMetadata: true },
        },
        sourceMaps: 'inline',
      },
    ],
  },
  // Ends a test that hangs; no test is expected to come near it, on however slow a machine.
  testTimeout: 120_000,
  testSequencer: '<rootDir>/scripts/test-sequencer.mjs',
  // More than there are processors: many a suite waits for a socket or a process of its own.
  maxWorkers: 2 * availableParallelism(),
  // A process that has run many suites is slow.
  workerIdleMemoryLimit: '512MB',
  reporters: process.env['CI'] ? ['default', '<rootDir>/scripts/count-reporter.mjs'] : ['default'],
  coverageProvider: 'v8',
  coverageDirectory: '.cache/coverage',
  collectCoverageFrom: ['packages/*/src/**/*.ts'],
  coverageReporters: ['text', 'lcovonly'],
};

export default config;
