/** @jest-config-loader esbuild-register */
import type { Config } from 'jest';
import quick from './jest.config.ts';

/** `npm run test:long`: what takes real seconds, many processes or many inputs. One suite at a time. */
const config: Config = {
  ...quick,
  testMatch: ['<rootDir>/test/long/**/*.test.ts'],
  testTimeout: 600_000,
  maxWorkers: 1,
};

export default config;
