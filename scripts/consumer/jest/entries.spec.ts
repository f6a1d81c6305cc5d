// Every entry point loads in Jest's CommonJS mode, with the two lines that the docs give.
const entries: string[] = require('../entries.json');

test.each(entries)('%s', (entry) => {
  expect(Object.keys(require(entry)).length).toBeGreaterThan(0);
});

test('there are entries', () => {
  expect(entries.length).toBeGreaterThan(10);
});
