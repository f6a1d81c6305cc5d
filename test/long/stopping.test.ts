/** A process that gets SIGTERM while it works: nothing that a user waits for is lost. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { search } from '../support/http.ts';
import * as platform from '../support/platform.ts';
import { bundlePrograms, killPrograms, startServer, stopPrograms } from '../support/programs.ts';
import { until } from '../support/until.ts';

const BOT = 'test/long/processes/slow-bot.ts';
const account = { token: 'TOKEN' };

beforeAll(() => bundlePrograms(BOT, 'examples/late-replies.ts'));
afterEach(killPrograms);
afterAll(stopPrograms);

/** Posts a text, over a connection that the client would keep; gives what comes back, if anything. */
function say(address: string, Content: string) {
  const { query, body } = platform.plain(account, platform.userMessage('text', { Content }));
  const sent = request(`${address}?${search(query)}`, { method: 'POST' });
  sent.end(body);
  const answered = (async () => {
    const [response] = await once(sent, 'response');
    let text = '';
    for await (const chunk of response.setEncoding('utf8')) text += chunk;
    return { status: response.statusCode as number, text };
  })();
  answered.catch(() => {});
  return { answered, hangUp: () => void sent.destroy() };
}

describe.each(['express', 'koa', 'fastify', 'node'])('on %s', (FRAMEWORK) => {
  const start = async () => {
    const { child, origin, stdout, stderr } = await startServer(BOT, { FRAMEWORK });
    const ended = once(child, 'close');
    const stop = () => void child.kill('SIGTERM');
    return { address: `${origin}/wechat`, stdout, stderr, stop, ended };
  };

  it('a waiting delivery gets the answer, a new one 503 or no connection, and it exits with 0', async () => {
    const { address, stdout, stderr, stop, ended } = await start();
    const { answered } = say(address, 'first');
    await until(() => stdout().includes('begins'));
    stop();
    await until(() => stdout().includes('told to stop'));
    const late = say(address, 'second').answered.then(
      ({ status }) => status,
      () => 'refused',
    );
    expect((await answered).text).toContain('done first');
    expect([503, 'refused']).toContain(await late);
    expect(await ended).toEqual([0, null]);
    expect(stdout().match(/begins/g)).toHaveLength(1);
    expect(stderr()).toBe('');
  });

  it('the answer to a disconnected delivery is pushed before it exits', async () => {
    const { address, stdout, stop, ended } = await start();
    const { hangUp } = say(address, 'first');
    await until(() => stdout().includes('begins'));
    hangUp();
    stop();
    expect(await ended).toEqual([0, null]);
    expect(stdout()).toContain('pushed {"type":"text","content":"done first"}');
  });

  it('the process exits at once without work in progress', async () => {
    const { stop, ended } = await start();
    stop();
    expect(await ended).toEqual([0, null]);
  });
});

it('examples/late-replies.ts: the reply that is late is sent before it ends', async () => {
  const environment = { WECHAT_TOKEN: 'TOKEN' };
  const { child, origin, stdout } = await startServer('examples/late-replies.ts', environment);
  const { answered } = say(`${origin}/pending`, '5.5');
  await until(() => stdout().includes('the handler starts'));
  expect((await answered).text).toContain('正在想…');
  const ended = once(child, 'close');
  child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
  expect(stdout()).toContain('“5.5”的答案是 42');
});

describe('npm run demo', () => {
  let demo: ChildProcess | undefined;
  afterEach(() => void demo?.kill('SIGKILL'));

  it('the user reads the slow answer on the page, and then the demo ends with 0', async () => {
    const child = spawn(
      process.execPath,
      ['--conditions=@wechat-mp/source', '--import', 'tsx', 'examples/demo.ts'],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    demo = child;
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    await until(() => /http:\S+/.test(output));
    const page = new URL(/http:\S+/.exec(output)?.[0] as string).origin;
    const read = async () => (await fetch(`${page}/state`)).text();
    const { users } = JSON.parse(await read()) as { users: { name: string }[] };
    let shown = '';
    const events = await fetch(`${page}/events`);
    const isOver = (async () => {
      const decoder = new TextDecoder();
      for await (const bytes of events.body ?? []) shown += decoder.decode(bytes, { stream: true });
    })().catch(() => {});
    const post = async (path: string, body: object) => {
      const headers = { 'content-type': 'application/json', origin: page };
      const sent = await fetch(page + path, {
        method: 'POST',
        headers,
        body: JSON.stringify(body),
      });
      expect(sent.status).toBe(200);
    };
    const slow = users[0]?.name as string;
    const quick = '小红';
    await post('/users', { name: quick });
    await post('/send', { user: slow, type: 'text', content: '3' });
    // Its handler runs when a message that came later is answered.
    await post('/send', { user: quick, type: 'text', content: '你好' });
    await until(() => shown.includes(`"type":"delivery","user":"${quick}"`));
    const ended = once(child, 'close');
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    await isOver;
    expect(shown).toContain('想了 3 秒：答案是 42');
  });
});
