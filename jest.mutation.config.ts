/** @jest-config-loader esbuild-register */
import type { Config } from 'jest';
import quick from './jest.config.ts';

/** `npm run test:mutation`: the unit tests that hold the files which Stryker changes. */
const config: Config = {
  ...quick,
  testMatch: ['<rootDir>/packages/core/test/{signature,cipher}.test.ts'],
  reporters: [],
};

export default config;
