import { randomInt } from 'node:crypto';
import { CONSOLE } from '@wechat-mp/core';
import { type Answered, exchange } from '../check/exchange.ts';
import { isQueryLost } from '../check/lost-query.ts';
import { toRequest, type Words } from '../check/row.ts';
import type { Clock } from '../clock.ts';
import { sealVerification } from '../push/envelope.ts';
import type { AccountSettings } from '../world.ts';
import { type Finding, ok, problem, warn } from './finding.ts';

const SLOW = 1000;
const CLOCK_APART = 60_000;

const STATUS_HINTS: readonly [test: (status: number) => boolean, hint: Words][] = [
  [
    (status) => status === 401 || status === 403,
    {
      en: `The bot refuses the signature: is the token the same on both sides, letter for letter? The console shows it at ${CONSOLE.token}. Does the bot check the timestamp?`,
      zh: `机器人不认这个签名：两边的 Token 一字不差吗？后台的在“${CONSOLE.token}”。机器人是否校验了时间？`,
    },
  ],
  [
    (status) => status === 404 || status === 405,
    {
      en: 'Is the path right, and does the bot answer GET there? Does a proxy strip the path?',
      zh: '路径对吗？那里能处理 GET 请求吗？代理有没有改掉路径？',
    },
  ],
  [
    (status) => status >= 500 && status <= 504,
    {
      en: 'The bot, or a proxy in front of it, fails: see its log.',
      zh: '机器人或它前面的代理出错了，看看日志。',
    },
  ],
];

/** Sends the console's URL verification, and checks every part of the answer. */
export async function* lookAtVerification(
  target: string,
  account: AccountSettings,
  clock: Clock,
): AsyncGenerator<Finding> {
  const echostr = `${randomInt(1e9, 9e9)}${randomInt(1e9)}`;
  const sendVerification = (breakSignature: boolean) =>
    exchange(
      target,
      toRequest(sealVerification(account, echostr, { now: clock.now(), breakSignature })),
      clock,
    );
  const answered = await sendVerification(false);
  const { response, milliseconds } = answered;
  if (!response) return yield noAnswer(answered);
  yield lookAtTime(milliseconds);

  const { status, headers, body } = response;
  if (status >= 300 && status < 400) {
    const to = headers['location']?.split('?')[0] ?? '?';
    return yield problem(
      'redirect',
      {
        en: `The bot redirects to ${to}; WeChat does not follow redirects.`,
        zh: `机器人把请求重定向到 ${to}，微信不会跟过去。`,
      },
      {
        en: 'Enter that address in the console, or do not redirect: check https, www and a trailing slash.',
        zh: '直接填重定向后的地址，或者不要重定向：注意 https、www 和末尾的斜杠。',
      },
    );
  }
  if (status !== 200) {
    const isLost = await isQueryLost(target, response, clock);
    const [, hint = ANSWER_200] = STATUS_HINTS.find(([test]) => test(status)) ?? [];
    return yield problem(
      'status',
      { en: `The status is ${status}, not 200.`, zh: `状态码是 ${status}，不是 200。` },
      isLost ? { en: `${hint.en} ${LOST_QUERY.en}`, zh: `${hint.zh}${LOST_QUERY.zh}` } : hint,
    );
  }
  yield ok('status', 'The status is 200.', '状态码是 200。');
  if (body !== echostr) return yield explainEcho(body, echostr, headers['content-type']);
  yield ok('echo', 'The echostr is returned unchanged.', 'echostr 原样返回。');
  yield compareClocks(headers['date'], clock.now());

  const broken = await sendVerification(true);
  if (broken.response?.status === 200 && broken.response.body.includes(echostr)) {
    return yield problem(
      'signature',
      { en: 'The bot echoes without checking the signature.', zh: '机器人没有检查签名。' },
      {
        en: 'Anyone can impersonate WeChat: check the signature before anything else.',
        zh: '这样谁都可以冒充微信：先比对签名，再做别的。',
      },
    );
  }
  yield ok('signature', 'A wrong signature is refused.', '签名错误会被拒绝。');
}

const ANSWER_200: Words = { en: 'Answer 200.', zh: '应答要用 200。' };
/** A signed request is answered like one without a query: it may have lost its query on the way. */
const LOST_QUERY: Words = {
  en: 'The answer is the same without any query. If all of that is right, something in front of the bot drops the query; the log then says that the signature is missing, not wrong. nginx: proxy_pass without a path, or with $request_uri in place of $uri. An API gateway or a CDN: pass all query parameters on. A function: give the handler the whole event.',
  zh: '不带查询串时，应答也一样。如果上面都没问题，就是机器人前面有一层把查询串丢了，这时机器人的日志里写的是缺少签名（signature is missing），而不是签名错误。nginx：proxy_pass 后面不写路径，或者用 $request_uri 而不是 $uri；API 网关、CDN：透传全部查询参数；云函数：把完整的 event 交给处理函数。',
};

/** Returns the finding for a missing answer. */
export function noAnswer({ failure }: Answered): Finding {
  return failure === 'silent'
    ? problem(
        'answer',
        {
          en: 'No answer within 5 s: WeChat closes the connection then.',
          zh: '五秒内没有应答，微信会断开连接。',
        },
        {
          en: 'Is something blocking in front of the webhook: a body parser, a database, a proxy?',
          zh: 'webhook 之前是不是有东西在等：请求体解析、数据库、代理？',
        },
      )
    : problem(
        'answer',
        { en: 'The connection was closed without an answer.', zh: '没有应答，连接就断开了。' },
        {
          en: 'See the log of the bot or the proxy; https in place of http looks like this, too.',
          zh: '看看机器人或代理的日志；该用 https 却用了 http 也会这样。',
        },
      );
}

function lookAtTime(milliseconds: number): Finding {
  if (milliseconds < SLOW)
    return ok('time', `It answers in ${milliseconds} ms.`, `${milliseconds} 毫秒内应答。`);
  return warn(
    'time',
    {
      en: `It answers in ${milliseconds} ms; WeChat waits 5000 ms.`,
      zh: `应答用了 ${milliseconds} 毫秒，微信最多等 5000 毫秒。`,
    },
    { en: 'Is the bot suspended while idle?', zh: '机器人是不是没人访问就休眠了？' },
  );
}

function compareClocks(date: string | undefined, now: number): Finding {
  const apart = date === undefined ? 0 : Math.abs(Date.parse(date) - now);
  if (!(apart > CLOCK_APART)) return ok('clock', 'The clocks agree.', '两边的时钟一致。');
  const seconds = Math.round(apart / 1000);
  return warn(
    'clock',
    {
      en: `The bot's clock differs from this machine's by ${seconds} s.`,
      zh: `机器人的时钟与本机相差 ${seconds} 秒。`,
    },
    {
      en: 'A bot that checks timestamps refuses messages: synchronise the clock by NTP.',
      zh: '校验时间戳的机器人会因此拒绝消息：用 NTP 校准时钟。',
    },
  );
}

function explainEcho(body: string, echostr: string, contentType = ''): Finding {
  const explain = (what: Words, hint: Words) => problem('echo', what, hint);
  if (body === JSON.stringify(echostr)) {
    return explain(
      { en: 'The echostr is returned in quotes.', zh: 'echostr 带着引号返回了。' },
      {
        en: 'It was sent as JSON: send it as text, res.send(echostr) in place of res.json(echostr).',
        zh: '它被当成 JSON 发送了：要按文本发送，用 res.send(echostr) 而不是 res.json(echostr)。',
      },
    );
  }
  if (body.trim().replace(/^\ufeff/, '') === echostr) {
    return explain(
      {
        en: 'There are blanks, line feeds or a byte order mark around the echostr.',
        zh: 'echostr 前后有空格、换行或 BOM。',
      },
      {
        en: 'Send the echostr alone: check templates, and files that begin with a BOM.',
        zh: '只发送 echostr：注意模板，以及带 BOM 的源文件。',
      },
    );
  }
  if (/<!doctype html|<html/i.test(body) || contentType.includes('text/html')) {
    return explain(
      { en: 'The answer is a web page.', zh: '返回的是一个网页。' },
      {
        en: 'Another route, a proxy or a login page answers in place of the bot.',
        zh: '应答的是别的路由或代理，或者前面有登录页。',
      },
    );
  }
  if (body.includes(echostr)) {
    return explain(
      {
        en: 'The answer has more than the echostr.',
        zh: '应答里除了 echostr 还有别的内容。',
      },
      { en: 'Send it alone.', zh: '只发送 echostr。' },
    );
  }
  if (body === '') {
    return explain(
      { en: 'The answer is empty.', zh: '应答是空的。' },
      {
        en: 'Answer a GET with a correct signature with the value of echostr.',
        zh: '签名正确的 GET 请求，要返回 echostr 的值。',
      },
    );
  }
  return explain(
    { en: 'The answer is not the echostr.', zh: '返回的不是 echostr。' },
    {
      en: 'Does the bot treat the GET as a message, or read another parameter? Is the token right?',
      zh: '机器人是不是把 GET 当成了消息，或取错了参数？Token 对吗？',
    },
  );
}
