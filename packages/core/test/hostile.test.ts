/** The steps to read the worst documents; `npm run bench` has the milliseconds. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type StepCounter, startCounting } from '../../../test/support/steps.ts';
import { BODY_LIMIT, hostileDocuments } from '../../../test/tables/hostile-documents.ts';

/** A reader that grows faster than its document takes thousands for each byte of a full body. */
const STEPS_PER_BYTE = 30;

let core: typeof import('@wechat-mp/core');
let counter: StepCounter;
beforeAll(async () => {
  counter = await startCounting((url) => /\/core\/src\/|\/fast-xml-parser\//.test(url));
  // Only now, so that every block of it is counted.
  core = await import('@wechat-mp/core');
});
afterAll(() => counter.stop());

/** Any error that is no ParseError is named, as it would be a 500. */
function readOutcome(document: string | Uint8Array): string {
  try {
    return typeof core.parseMessage(document).type === 'string' ? 'message' : 'nothing';
  } catch (error) {
    return error instanceof core.ParseError ? 'ParseError' : String(error);
  }
}

/**
 * Returns the size of a document: JSON fills a body, as the engine parses it; for XML, whose steps
 * are counted, less is enough.
 */
const chooseSize = (name: string) => (name.includes('JSON') ? BODY_LIMIT : BODY_LIMIT / 4);

test.each(Object.entries(hostileDocuments))('%s', async (name, [make, expected]) => {
  const document = make(chooseSize(name));
  const bytes = Buffer.byteLength(document);
  expect(bytes).toBeLessThanOrEqual(BODY_LIMIT);
  await counter.takeSteps();
  const outcome = readOutcome(document);
  const steps = await counter.takeSteps();
  expect(expected === 'either' ? ['message', 'ParseError'] : [expected]).toContain(outcome);
  expect(steps).toBeGreaterThan(0);
  expect(steps / bytes).toBeLessThan(STEPS_PER_BYTE);
});
