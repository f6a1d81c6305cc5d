// Every entry point loads as an ES module, its classes and functions have the names that they are
// exported by, which logs and traces show, and core answers.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { answer } from './answer.mjs';

for (const entry of JSON.parse(readFileSync('entries.json', 'utf8'))) {
  for (const [name, value] of Object.entries(await import(entry))) {
    if (typeof value === 'function') assert.equal(value.name, name, entry);
  }
}
await answer(await import('@wechat-mp/core'));
