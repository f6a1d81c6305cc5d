/** @jest-config-loader esbuild-register */
import type { Config } from 'jest';

const config: Config = {
  globalSetup: '<rootDir>/scripts/jest-setup.ts',
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['@wechat-mp/source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  testMatch: ['<rootDir>/packages/*/test/**/*.test.ts', '<rootDir>/test/**/*.test.ts'],
  // No `module.type`: @swc/jest then emits what Jest asks for, ESM or CommonJS.
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        swcrc: false,
        jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
        sourceMaps: 'inline',
      },
    ],
  },
  // A process that has run many suites is slow; one suite at a time all the same, as many measure time.
  maxWorkers: 1,
  workerIdleMemoryLimit: '512MB',
  reporters: process.env['CI'] ? ['default', '<rootDir>/scripts/count-reporter.mjs'] : ['default'],
  coverageProvider: 'v8',
  coverageDirectory: '.cache/coverage',
  collectCoverageFrom: ['packages/*/src/**/*.ts'],
  coverageReporters: ['text', 'lcovonly'],
};

export default config;
