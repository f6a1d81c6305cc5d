/** @jest-config-loader esbuild-register */
import type { Config } from 'jest';
import quick from './jest.config.ts';

/** `npm run test:mutation`: the unit tests that hold the files which Stryker changes. */
const config: Config = {
  ...quick,
  testMatch: [
    '<rootDir>/packages/core/test/{signature,cipher,vectors,encrypted-body,join-key}.test.ts',
    '<rootDir>/packages/core/test/{xml,words,webhook,webhook-refusals}.test.ts',
    '<rootDir>/packages/core/test/oauth/*.test.ts',
    '<rootDir>/packages/core/test/message/gotchas*.test.ts',
  ],
  // What a change makes hang ends soon.
  testTimeout: 3000,
  reporters: [],
};

export default config;
