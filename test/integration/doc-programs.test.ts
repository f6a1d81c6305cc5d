/** The programs that the docs show run: servers answer what WeChat sends, others come to their end. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createSimulator } from '@wechat-mp/simulator';
import { readBlocks } from '../../scripts/docs/blocks.ts';
import { bundlePrograms, forkProgram, stopPrograms } from '../support/programs.ts';

/** Runs them all in one process: servers on a free port each, whichever they ask for. */
const RUNNER = `import { Server } from 'node:net';
console.log = () => {};
const { listen } = Server.prototype;
let tell;
Server.prototype.listen = function (port, ...rest) {
  this.once('listening', () => tell(this.address().port));
  const free = typeof port === 'object' ? { ...port, port: 0 } : 0;
  return Reflect.apply(listen, this, [free, ...rest.filter((given) => typeof given !== 'string')]);
};
const ports = {};
const failures = {};
async function run(name, load) {
  await load().catch((error) => {
    failures[name] = String(error);
  });
}
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
/** Blocks that need nothing from around them: no other file, no Redis, no account, no server, no runner of tests. */
const whole = readBlocks()
  .filter(
    ({ language, text, given }) =>
      language === 'ts' &&
      given === '' &&
      /from '@wechat-mp\//.test(text) &&
      !/from '\.|ioredis|process\.env|node:test|localhost/.test(text),
  )
  .map(({ page, line, text }) => ({ name: `${page.replaceAll('/', '.')}.${line}`, text }));
const isServer = ({ text }: { text: string }) => text.includes('.listen(');
const servers = whole.filter(
  (program) => isServer(program) && /\b(?:wechat|createWebhook)\(/.test(program.text),
);
const programs = whole.filter((program) => !isServer(program) && !/Client\(/.test(program.text));

interface Ready {
  readonly ports: Record<string, number>;
  readonly failures: Record<string, string>;
}
let ready: Ready = { ports: {}, failures: {} };

beforeAll(async () => {
  mkdirSync(`${root}/${FOLDER}`, { recursive: true });
  const list = (verb: string, given: typeof whole) =>
    given.map(({ name, text }) => {
      writeFileSync(`${root}/${FOLDER}/${name}.ts`, text);
      return `await ${verb}('${name}', () => import('./${name}.ts'));`;
    });
  const lines = [...list('start', servers), ...list('run', programs)];
  const runner = [RUNNER, ...lines, 'process.send({ ports, failures });'].join('\n');
  writeFileSync(`${root}/${FOLDER}/runner.ts`, runner);
  await bundlePrograms(`${FOLDER}/runner.ts`);
  ({ ready } = await forkProgram<Ready>('runner.ts'));
});
afterAll(async () => {
  await stopPrograms();
  rmSync(`${root}/${FOLDER}`, { recursive: true, force: true });
});

it('finds them in the READMEs and in the guides of both languages', () => {
  expect(servers.length).toBeGreaterThan(40);
  expect(programs.length).toBeGreaterThan(30);
});

it('runs those that are no servers to their end', () => {
  expect(ready.failures).toEqual({});
});

it.each(servers)('$name', async ({ name, text }) => {
  const origin = `http://localhost:${ready.ports[name]}`;
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
