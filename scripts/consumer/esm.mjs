import { answer } from './answer.mjs';

for (const name of process.argv.slice(2)) await import(name);
await answer(await import('@wechat-mp/core'));
