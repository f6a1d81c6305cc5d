/** Ends a Jest run with `N passed, N failed`. A file that could not run counts as one failure. */
export default class CountReporter {
  onRunComplete(_contexts, { numPassedTests, numFailedTests, numRuntimeErrorTestSuites }) {
    const failed = numFailedTests + numRuntimeErrorTestSuites;
    // On exit, because Jest prints its own summary after this.
    process.once('exit', () => console.log(`${numPassedTests} passed, ${failed} failed`));
  }
}
