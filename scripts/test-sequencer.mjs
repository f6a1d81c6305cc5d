import Sequencer from '@jest/test-sequencer';

/**
 * Begins with the suite of the browser, which takes the longest: as the last one it would keep everybody
 * waiting, with one worker idle. What has run before here goes by how long it took.
 */
export default class extends Sequencer {
  async sort(tests) {
    const sorted = await super.sort(tests);
    const isFirst = ({ path }) => path.includes('/browser/');
    return [...sorted.filter(isFirst), ...sorted.filter((test) => !isFirst(test))];
  }
}
