/** A map that forgets: what has expired, and the oldest beyond a maximum. */
import { describe, expect, it } from '@jest/globals';
import { ExpiringMap } from '../src/expiring-map.ts';

function createMap(maxEntries = 10) {
  const clock = { time: 0 };
  const map = new ExpiringMap<string>({ maxEntries, now: () => clock.time });
  return { map, clock };
}

describe('an entry', () => {
  it('is there until its time has passed', () => {
    const { map, clock } = createMap();
    map.set('a', 'first', 100);
    clock.time = 99;
    expect(map.get('a')).toBe('first');
    clock.time = 100;
    expect(map.get('a')).toBeUndefined();
  });

  it('has the time of its latest value', () => {
    const { map, clock } = createMap();
    map.set('a', 'first', 100);
    clock.time = 60;
    map.set('a', 'second', 100);
    clock.time = 159;
    expect(map.get('a')).toBe('second');
  });

  it('that was replaced does not come back when the newer one expires', () => {
    const { map, clock } = createMap(2);
    map.set('a', 'long', 1000);
    map.set('b', 'other', 1000);
    map.set('a', 'short', 10);
    clock.time = 20;
    expect(map.get('a')).toBeUndefined();
  });

  it('is gone when it is deleted, in either generation', () => {
    const { map } = createMap(2);
    map.set('a', 'old', 1000);
    map.set('b', 'young', 1000);
    for (const name of ['a', 'b']) {
      map.delete(name);
      expect(map.get(name)).toBeUndefined();
    }
  });
});

it('no more than the maximum are kept, the latest among them', () => {
  const { map } = createMap(10);
  for (let number = 0; number < 1000; number += 1) map.set(`${number}`, 'x', 1000);
  const kept = Array.from({ length: 1000 }, (_, number) => `${number}`).filter(
    (name) => map.get(name) !== undefined,
  );
  expect(kept.length).toBeLessThanOrEqual(10);
  expect(kept).toEqual(expect.arrayContaining(['996', '997', '998', '999']));
});
