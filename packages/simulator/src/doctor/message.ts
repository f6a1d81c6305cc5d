import { exchange } from '../check/exchange.ts';
import { toRequest } from '../check/row.ts';
import type { Clock } from '../clock.ts';
import { sealMessage } from '../push/envelope.ts';
import { pack } from '../push/parcel.ts';
import { createPerson } from '../push/person.ts';
import { isLikeCsrf, judge, openReply } from '../push/verdict.ts';
import type { AccountSettings } from '../world.ts';
import { type Finding, ok, problem, warn } from './finding.ts';

/** Sends a text message, and checks the answer. */
export async function* lookAtMessage(
  target: string,
  account: AccountSettings,
  clock: Clock,
): AsyncGenerator<Finding> {
  const now = clock.now();
  const person = createPerson('doctor', account.appid, now);
  const about = { id: account.id, time: Math.floor(now / 1000) };
  const { fields } = pack(1, person, 'text', {}, about);
  const { response, failure } = await exchange(
    target,
    toRequest(sealMessage(account, fields, { now })),
    clock,
  );
  if (!response) {
    const isSilent = failure === 'silent';
    return yield problem(
      'message',
      isSilent
        ? { en: 'A text message gets no answer within 5 s.', zh: '一条文本消息五秒内没有应答。' }
        : { en: 'The connection was closed on a text message.', zh: '收到文本消息时连接断开了。' },
      isSilent
        ? {
            en: 'A body parser may have read the body before the webhook, which now waits for it: mount the webhook first.',
            zh: '可能是请求体解析器先把请求体读走了，webhook 还在等：把 webhook 挂到最前面。',
          }
        : { en: 'See the log of the bot.', zh: '看看机器人的日志。' },
    );
  }
  const { status, body } = response;
  if (isLikeCsrf(response)) {
    return yield problem(
      'message',
      {
        en: `A text message is refused with ${status}, though the URL verification passed: POST is refused, GET is not.`,
        zh: `地址校验通过了，文本消息却被拒绝（${status}）：GET 能过，POST 过不了。`,
      },
      {
        en: 'Most likely CSRF protection (Egg, Laravel, Spring, Django): exclude the path of the webhook. In safe mode also: are the key, the AppID and the mode the same on both sides?',
        zh: '多半是 CSRF 防护（Egg、Laravel、Spring、Django 等）：把 webhook 的路径加入例外。安全模式下再看看两边的密钥、AppID、加密模式是否一致。',
      },
    );
  }
  if (status === 401 && !account.pushFormat) {
    return yield problem(
      'message',
      {
        en: `A text message is refused with ${status}, though the URL verification passed.`,
        zh: `地址校验通过了，文本消息却被拒绝（${status}）。`,
      },
      {
        en: 'In safe mode: are the key, the AppID and the mode the same on both sides? Else: does the bot sign the body, too?',
        zh: '安全模式下：两边的密钥、AppID、加密模式一致吗？否则：机器人是不是把请求体也算进了签名？',
      },
    );
  }
  if (status === 400 || status === 415 || status === 422) {
    return yield problem(
      'message',
      {
        en: `A text message is answered with ${status}: the body does not reach the webhook unchanged.`,
        zh: `文本消息被应答 ${status}：请求体没有原样到达 webhook。`,
      },
      {
        en: 'A body parser runs first (express.json, koa-bodyparser, a gateway): mount the webhook first, or keep the raw body. Content-Type is text/xml.',
        zh: '前面有请求体解析器（express.json、koa-bodyparser、网关等）：把 webhook 挂到最前面，或者保留原始请求体。Content-Type 是 text/xml。',
      },
    );
  }
  const question = { openid: person.openid, msgType: 'text', now: clock.now() };
  const { verdict, problems } = judge(account, question, {
    ...response,
    plain: openReply(account, body),
  });
  if (verdict === 'toast') {
    return yield problem(
      'message',
      {
        en: `A text message is answered, but not correctly: ${problems.join('; ')}.`,
        zh: `文本消息有应答，但不合格：${problems.join('；')}。`,
      },
      {
        en: 'The user would see 该公众号提供的服务出现故障.',
        zh: '用户会看到“该公众号提供的服务出现故障，请稍后再试”。',
      },
    );
  }
  if (problems.length > 0) {
    return yield warn(
      'message',
      {
        en: `A text message is answered, but not quite as documented: ${problems.join('; ')}.`,
        zh: `文本消息有应答，但与文档不尽一致：${problems.join('；')}。`,
      },
      { en: 'WeChat is not known to refuse it.', zh: '目前没有微信因此拒绝的记录。' },
    );
  }
  yield ok('message', 'A text is answered rightly.', '文本消息应答正确。');
}
