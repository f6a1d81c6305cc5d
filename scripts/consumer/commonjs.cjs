for (const name of process.argv.slice(2)) require(name);
void import('./answer.mjs').then(({ answer }) => answer(require('@wechat-mp/core')));
