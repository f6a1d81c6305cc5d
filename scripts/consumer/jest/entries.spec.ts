// Every entry point loads in Jest's CommonJS mode, with the two lines that the docs give.
const { readFileSync } = require('node:fs');
const { join } = require('node:path');

const packages: string[] = JSON.parse(process.env['WECHAT_MP_PACKAGES'] ?? '[]');
const entries = packages.flatMap((name) => {
  const manifest = join(__dirname, '..', 'node_modules', name, 'package.json');
  return Object.keys(JSON.parse(readFileSync(manifest, 'utf8')).exports)
    .filter((path) => !path.endsWith('.json'))
    .map((path) => name + path.slice(1));
});

test.each(entries)('%s', (entry) => {
  expect(Object.keys(require(entry)).length).toBeGreaterThan(0);
});

test('there are entries', () => {
  expect(entries.length).toBeGreaterThan(10);
});
