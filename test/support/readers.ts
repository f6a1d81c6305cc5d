/** The scanner and the library are given the same documents, and read the same or both refuse. */
import { describe, expect, test } from '@jest/globals';
import { ParseError } from '@wechat-mp/core';
import type { Fields } from '../../packages/core/src/tree.ts';
import { readOtherXml } from '../../packages/core/src/xml-library.ts';
import { scanXml } from '../../packages/core/src/xml-scanner.ts';
import { createDocuments, holdsSectionEnd } from './xml-documents.ts';

type Outcome = Fields | 'refused' | undefined;

function read(reader: (text: string) => Fields | undefined, text: string): Outcome {
  try {
    return reader(text);
  } catch (error) {
    if (error instanceof ParseError) return 'refused';
    throw error;
  }
}

/** Compares as many documents as asked for; those that the scanner passes on are not counted. */
export function describeReaders({ documents, seed }: { documents: number; seed: number }): void {
  describe(`${documents} documents of seed ${seed}`, () => {
    test('are read the same by the scanner and by the library, or refused by both', () => {
      const counts = { read: 0, refused: 0, passedOn: 0, excluded: 0 };
      for (const text of createDocuments(seed)) {
        if (counts.read + counts.refused === documents) break;
        if (holdsSectionEnd(text)) {
          counts.excluded += 1;
          continue;
        }
        const scanned = read(scanXml, text);
        if (scanned === undefined) counts.passedOn += 1;
        else {
          counts[scanned === 'refused' ? 'refused' : 'read'] += 1;
          const parsed = read(readOtherXml, text);
          if (JSON.stringify(scanned) !== JSON.stringify(parsed)) {
            expect({ text, read: parsed }).toEqual({ text, read: scanned });
          }
        }
      }
      // What is seldom tried is seldom found.
      expect(counts.read).toBeGreaterThan(documents / 2);
      expect(counts.refused).toBeGreaterThan(documents / 10);
      expect(counts.passedOn).toBeLessThan(documents / 2);
      expect(counts.excluded).toBeLessThan(documents / 2);
      if (process.env['READER_COUNTS']) process.stdout.write(`${JSON.stringify(counts)}\n`);
    });
  });
}
