// Every entry point loads by require(), and core answers.
for (const entry of require('./entries.json')) require(entry);
void import('./answer.mjs').then(({ answer }) => answer(require('@wechat-mp/core')));
