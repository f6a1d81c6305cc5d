/** The conformance run, against our adapters, which pass all of it, and bad bots, which do not. */
import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { checkSignature, type Mode, parseMessage } from '@wechat-mp/core';
import { wechat as onExpress } from '@wechat-mp/express';
import { wechat as onFastify } from '@wechat-mp/fastify';
import { wechat as onKoa } from '@wechat-mp/koa';
import { type CheckResult, type Clock, formatResults, runCheck } from '@wechat-mp/simulator';
import express from 'express';
import { fastify } from 'fastify';
import Koa from 'koa';
import { closeServers, listen, listenFastify } from '../../../test/support/http.ts';
import { createVirtualClock } from '../src/clock.ts';

afterEach(closeServers);

const QUIET = { error() {}, warn() {}, info() {}, debug() {} };
const ACCOUNT = {
  token: 'CheckToken',
  appid: 'wx5823bf96d3bd56c7',
  encodingAESKey: 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C',
};
/** Pauses pass in a turn; patience never ends. */
const CLOCK: Clock = {
  now: Date.now,
  sleep: (milliseconds, signal) =>
    new Promise((resolve) => {
      if (milliseconds < 5000) setImmediate(resolve);
      signal?.addEventListener('abort', () => resolve());
    }),
};
const echo = { text: ({ content }: { content: string }) => content, default: () => 'hello' };

const ADAPTERS: Record<string, (mode: Mode) => Promise<string>> = {
  express: (mode) =>
    listen(express().use('/wechat', onExpress({ ...ACCOUNT, mode, logger: QUIET }, echo))),
  koa: (mode) => {
    const app = new Koa().use(onKoa({ ...ACCOUNT, mode, path: '/wechat', logger: QUIET }, echo));
    // It would print each connection that breaks.
    app.silent = true;
    return listen(app.callback());
  },
  fastify: (mode) => {
    const app = fastify();
    app.register(onFastify({ ...ACCOUNT, mode, logger: QUIET }, echo), { prefix: '/wechat' });
    return listenFastify(app);
  },
};

const failures = (results: readonly CheckResult[]) =>
  results.filter(({ passed }) => !passed).map(({ name, why }) => `${name}: ${why}`);

describe.each(Object.keys(ADAPTERS))('our adapter for %s passes all', (name) => {
  it.each(['plain', 'compatible', 'safe'] as const)('in the %s mode', async (mode) => {
    const origin = await (ADAPTERS[name] as (mode: Mode) => Promise<string>)(mode);
    const results = await runCheck({ target: `${origin}/wechat`, ...ACCOUNT, mode, clock: CLOCK });
    expect(failures(results)).toEqual([]);
    expect(results.length).toBeGreaterThan(60);
  });
});

/** A bot that answers POSTs, with the given checks. */
function bot(answer: (body: string) => string, isChecking = true): RequestListener {
  let isDead = false;
  return (request, response) => {
    if (isDead) return request.destroy();
    const { searchParams } = new URL(request.url ?? '', 'http://bot');
    const query = Object.fromEntries(searchParams) as Record<
      'signature' | 'timestamp' | 'nonce' | 'echostr' | 'openid',
      string
    >;
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('error', () => {});
    request.on('end', () => {
      if (isChecking && !checkSignature({ token: ACCOUNT.token, ...query })) {
        return response.writeHead(401).end();
      }
      if (request.method === 'GET') return response.end(query.echostr);
      try {
        response.end(answer(body));
      } catch {
        // As when the process dies: whoever talks to it is cut off.
        isDead = true;
        request.socket.destroy();
      }
    });
  };
}

const reply = (body: string) => {
  const { source, target } = parseMessage(body);
  return `<xml><ToUserName>${source}</ToUserName><FromUserName>${target}</FromUserName><CreateTime>${Math.floor(Date.now() / 1000)}</CreateTime><MsgType>text</MsgType><Content>hi</Content></xml>`;
};
const replyOrNot = (body: string) => {
  try {
    return reply(body);
  } catch {
    return 'success';
  }
};

describe('a bot', () => {
  const check = async (listener: RequestListener, only?: readonly string[], clock = CLOCK) =>
    await runCheck({
      target: await listen(listener),
      token: ACCOUNT.token,
      clock,
      ...(only && { only }),
    });

  it('that never checks signatures fails what asks for it', async () => {
    const results = await check(bot(replyOrNot, false));
    expect(failures(results).map((line) => line.split(':')[0])).toEqual([
      'verify-wrong-signature',
      'verify-unsigned',
      'wrong-signature',
      'unsigned',
      'empty-signature',
      'no-nonce',
    ]);
  });

  it('that dies of a bad message fails there, and what comes after is not sent', async () => {
    const only = ['message-text', 'truncated', 'text-emoji', 'binary', 'wrong-signature'];
    const results = await check(bot(reply), only);
    expect(results.map(({ name, passed }) => [name, passed])).toEqual([
      ['message-text', true],
      ['text-emoji', true],
      ['wrong-signature', true],
      ['truncated', false],
    ]);
    expect(failures(results)).toEqual([
      'truncated: after it a good message failed: the connection broke off; the bot has ended: nothing answers there any more, and what comes after was not checked',
    ]);
  });

  it('that dies and is started again is checked to the end', async () => {
    let alive = bot(reply);
    let refused = 0;
    const supervised: RequestListener = (request, response) => {
      // Those who come while it is down are cut off, and the third finds another one.
      request
        .on('error', () => {})
        .once('close', () => {
          if (!response.writableEnded) refused += 1;
          if (refused % 3 === 0) alive = bot(reply);
        });
      alive(request, response);
    };
    const results = await check(supervised, ['message-text', 'truncated', 'mismatched']);
    expect(failures(results).map((line) => line.split(';')[0])).toEqual([
      'truncated: after it a good message failed: the connection broke off',
      'mismatched: after it a good message failed: the connection broke off',
    ]);
    expect(results).toHaveLength(3);
  });

  it.each([
    ['answers JSON', () => '{"errcode":0}', /it is JSON/],
    ['answers a web page', () => '<!doctype html><p>hi', /web page/],
    [
      'answers without swapping the names',
      (body: string) => reply(body).replace('<ToUserName>', '<ToUserName>x'),
      /not the openid of the sender/,
    ],
  ])('that %s fails each message', async (_, answer, why) => {
    const [verify, text] = await check(bot(answer), ['verify', 'message-text']);
    expect(verify?.passed).toBe(true);
    expect(text?.why).toMatch(why);
  });

  it('that never answers is not waited for longer than the platform does', async () => {
    const clock = createVirtualClock();
    const [result] = await check(() => void clock.advance(5000), ['message-text'], clock);
    expect(result).toMatchObject({
      passed: false,
      why: 'no answer within 5 s',
      milliseconds: 5000,
    });
  });

  it('that answers as late as the platform takes it passes', async () => {
    const clock = createVirtualClock();
    const late: RequestListener = (request, response) =>
      void clock.advance(4999).then(() => bot(reply)(request, response));
    const [result] = await check(late, ['message-text'], clock);
    expect(result).toMatchObject({ passed: true, milliseconds: 4999 });
  });

  it('that answers without end is not read to the end', async () => {
    const chunk = Buffer.alloc(1024 * 1024, 'a');
    const results = await check(
      (_, response) => {
        const more = () => {
          while (!response.destroyed && response.write(chunk));
        };
        response.on('drain', more);
        more();
      },
      ['verify'],
    );
    expect(failures(results)).toHaveLength(1);
  });

  it.each([
    ['before the body has come', true],
    ['after it', false],
  ])(
    'that answers %s and resets the connection fails no check with an error',
    async (_, isEarly) => {
      const answer = 'HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\n';
      const sockets = createServer((socket) => {
        socket.on('error', () => {});
        socket.on('data', (bytes) => {
          if (!isEarly && !/<\/xml>|^GET/.test(bytes.toString())) return;
          socket.write(answer, () => socket.resetAndDestroy());
        });
      });
      await once(sockets.listen(0, '127.0.0.1'), 'listening');
      const { port } = sockets.address() as AddressInfo;
      const results = await runCheck({
        target: `http://127.0.0.1:${port}/wechat`,
        token: ACCOUNT.token,
        clock: CLOCK,
        only: ['message-text', 'chunked', '10-mb', 'claims-more'],
      });
      sockets.close();
      expect(failures(results).map((line) => line.replace(/ in the middle.*/, ''))).toEqual([
        'message-text: the connection broke off',
        'chunked: the connection broke off',
      ]);
    },
  );

  const forbid =
    (status: number, body: string): RequestListener =>
    (request, response) => {
      if (request.method === 'GET') return bot(reply)(request, response);
      request.resume().on('end', () => response.writeHead(status).end(body));
    };

  it.each([
    [403, 'missing csrf token', /^the status is 403: a protection against CSRF refuses/],
    [419, 'Page Expired', /^the status is 419: a protection against CSRF refuses/],
    [422, 'ActionController::InvalidAuthenticityToken (CSRF)', /^the status is 422: a protection/],
    [401, '', /^the status is 401: are the key, the appid and the mode the same/],
    [500, '', /^the status is 500, not 200/],
  ])('whose GETs pass and whose POSTs are answered %i gets an explanation', async (...about) => {
    const [status, body, why] = about;
    const results = await check(forbid(status, body), ['message-text', 'truncated']);
    expect(results.map((result) => result.why)).toEqual([expect.stringMatching(why), undefined]);
  });

  it('whose GETs fail as well is asked for its token', async () => {
    const forbidAll: RequestListener = (_, response) => response.writeHead(403).end();
    const [result] = await check(forbidAll, ['message-text']);
    expect(result?.why).toMatch(
      /^the status is 403: is the token .* the same on both sides\? Or a/,
    );
  });

  it('that answers no good message is not reported as ended by a hostile one', async () => {
    const broken = bot(() => '{}');
    const results = await check(broken, ['message-text', 'truncated', 'binary', 'deep']);
    expect(failures(results)).toEqual([expect.stringMatching(/^message-text: it is JSON/)]);
  });

  it('that writes milliseconds passes, with a hint', async () => {
    const late = (body: string) => reply(body).replace(/(<CreateTime>\d+)/, '$1000');
    const results = await check(bot(late), ['message-text', 'text-emoji']);
    expect(failures(results)).toEqual([]);
    expect(results.map(({ hints }) => hints)).toEqual(
      [1, 2].map(() => [expect.stringContaining('CreateTime is in milliseconds')]),
    );
  });

  it('that is not there fails, and nothing hangs', async () => {
    const target = await listen(() => {});
    await closeServers();
    const results = await runCheck({
      target,
      token: ACCOUNT.token,
      clock: CLOCK,
      only: ['verify', 'message-text'],
    });
    expect(failures(results)).toEqual([
      'verify: nothing answers at this address: does the bot run, and are host and port right? Nothing else was checked',
    ]);
  });
});

describe('the table', () => {
  const results: CheckResult[] = [
    {
      name: 'a',
      title: { en: 'a text', zh: '文本消息' },
      passed: true,
      why: undefined,
      hints: ['CreateTime is in milliseconds'],
      milliseconds: 3,
    },
    {
      name: 'b',
      title: { en: 'a picture', zh: '图片' },
      passed: false,
      why: 'no answer',
      hints: ['CreateTime is in milliseconds'],
      milliseconds: 5000,
    },
  ];

  it('stands in columns, in English and Chinese', () => {
    expect(formatResults(results, 'en').split('\n')).toEqual([
      '✓ a text         3 ms',
      '✗ a picture   5000 ms',
      '    no answer',
      '',
      'note: CreateTime is in milliseconds',
      '1 passed, 1 failed',
    ]);
    expect(formatResults(results, 'zh').split('\n').slice(0, 2)).toEqual([
      '✓ 文本消息      3 毫秒',
      '✗ 图片       5000 毫秒',
    ]);
  });
});

it('wrong options are reported', async () => {
  await expect(runCheck({ target: '', token: 't' })).rejects.toThrow('missing option `target`');
  await expect(runCheck({ target: 'http://a', token: '' })).rejects.toThrow(
    'missing option `token`',
  );
});
