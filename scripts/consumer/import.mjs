// Every entry point loads as an ES module, and core answers.
import { readFileSync } from 'node:fs';
import { answer } from './answer.mjs';

for (const entry of JSON.parse(readFileSync('entries.json', 'utf8'))) await import(entry);
await answer(await import('@wechat-mp/core'));
