/** The servers that the docs show, as processes of their own: they answer what WeChat sends. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createSimulator } from '@wechat-mp/simulator';
import { readBlocks } from '../../scripts/docs/blocks.ts';
import { bundlePrograms, forkProgram, stopPrograms } from '../support/programs.ts';

/** Starts them all in one process, each on a free port, whichever it asks for, and tells the ports. */
const RUNNER = `import { Server } from 'node:net';
const { listen } = Server.prototype;
let tell;
Server.prototype.listen = function (port, ...rest) {
  this.once('listening', () => tell(this.address().port));
  const free = typeof port === 'object' ? { ...port, port: 0 } : 0;
  return Reflect.apply(listen, this, [free, ...rest.filter((given) => typeof given !== 'string')]);
};
const ports = {};
async function start(name, load) {
  const listening = new Promise((resolve) => {
    tell = resolve;
  });
  await load();
  ports[name] = await listening;
}
`;

const root = fileURLToPath(new URL('../..', import.meta.url));
// What a page shows is bundled from there, as what examples import can be imported.
const FOLDER = 'examples/.cache/doc-programs';
const programs = readBlocks()
  .filter(({ language, text, given }) => {
    const isWhole =
      language === 'ts' && given === '' && !/from '\.|ioredis|process\.env/.test(text);
    return isWhole && /\.listen\(/.test(text) && /\b(?:wechat|createWebhook)\(/.test(text);
  })
  .map(({ page, line, text }) => ({ name: `${page.replaceAll('/', '.')}.${line}`, text }));
let ports: Record<string, number> = {};

beforeAll(async () => {
  mkdirSync(`${root}/${FOLDER}`, { recursive: true });
  for (const { name, text } of programs) writeFileSync(`${root}/${FOLDER}/${name}.ts`, text);
  const starts = programs.map(
    ({ name }) => `await start('${name}', () => import('./${name}.ts'));`,
  );
  const runner = [RUNNER, ...starts, 'process.send(ports);'].join('\n');
  writeFileSync(`${root}/${FOLDER}/runner.ts`, runner);
  await bundlePrograms(`${FOLDER}/runner.ts`);
  ({ ready: ports } = await forkProgram<Record<string, number>>('runner.ts'));
});
afterAll(async () => {
  await stopPrograms();
  rmSync(`${root}/${FOLDER}`, { recursive: true, force: true });
});

it('finds them in the READMEs and in the guides of both languages', () => {
  expect(programs.length).toBeGreaterThan(20);
});

it.each(programs)('$name', async ({ name, text }) => {
  const origin = `http://localhost:${ports[name]}`;
  const path =
    /\/\/ https:\/\/[^/\s]+(\/[\w/?=]+)/.exec(text)?.[1] ??
    /'(\/[\w/]*wechat\w*)'/.exec(text)?.[1] ??
    '/wechat';
  const token = /'(\w*TOKEN)'/.exec(text)?.[1] ?? '';
  const appid = /appid: '(\w+)'/.exec(text)?.[1];
  const encodingAESKey = /encodingAESKey: '(\w+)'/.exec(text)?.[1];
  const wechat = await createSimulator({
    target: origin + path,
    token,
    ...(appid && { appid }),
    ...(encodingAESKey && { encodingAESKey, mode: 'safe' }),
  });
  const { verdict, problems } = await wechat.user('a reader').sendText('hello');
  await wechat.close();
  expect(problems).toEqual([]);
  expect(verdict).not.toBe('toast');
});
