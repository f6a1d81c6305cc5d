import Sequencer from '@jest/test-sequencer';

/** The suites that take longest, the longest first. */
const LONGEST = [
  '/browser/page.test.',
  '/orders.test.',
  '/deploying.test.',
  '/hostile-user-code.test.',
];

/**
 * Begins with the longest suites: as the last ones they would keep everybody waiting, with the other
 * workers idle. The rest goes by how long it took here before.
 */
export default class extends Sequencer {
  async sort(tests) {
    const sorted = await super.sort(tests);
    const rank = ({ path }) => {
      const place = LONGEST.findIndex((part) => path.includes(part));
      return place < 0 ? LONGEST.length : place;
    };
    return sorted.sort((one, other) => rank(one) - rank(other));
  }
}
