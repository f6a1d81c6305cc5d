/**
 * Looks for the words of `words.mjs` in Markdown: `node scripts/check-words.mjs [files]`, without files in all that
 * Git has. What a glossary says not to write stands between `<!-- glossary -->` and `<!-- /glossary -->`.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { findWords } from './words.mjs';

const GLOSSARY = /<!-- glossary -->[\s\S]*?<!-- \/glossary -->/g;

const given = process.argv.slice(2);
const files =
  given.length > 0
    ? given
    : execFileSync('git', ['ls-files', '-z', '*.md'], { encoding: 'utf8' })
        .split('\0')
        .filter(Boolean);

for (const file of files) {
  // Blanks of the same length, so that positions stay.
  const text = readFileSync(file, 'utf8').replace(GLOSSARY, (part) => part.replace(/[^\n]/g, ' '));
  for (const { index, word, instead } of findWords(text.replace(/\n/g, ' '))) {
    const line = text.slice(0, index).split('\n').length;
    console.log(`${file}:${line}: "${word}": write ${instead}`);
    process.exitCode = 1;
  }
}
