import type { WebhookOptions } from '../../packages/core/src/options.ts';

/** The options of a webhook in Chinese; a default that is not a plain value stands after 默认：. */
export const CHINESE_OPTIONS: Readonly<Record<keyof WebhookOptions, string>> = {
  token: '服务器配置里的 Token；更换期间可以给多个。',
  source:
    '如何确认推送来自微信。`cloud` 信任微信云托管内网的请求（请求头 `x-wx-source`），这种请求不带签名，也不需要 `token`；只能用于云托管的容器，在别处任何人都能伪造这个请求头。',
  appid: 'AppID；有 `encodingAESKey` 时必填。',
  account:
    '给账号起的名字，多个账号共用一处存储或一个 AccountResolver 时用它区分用户和消息，定了就不要改。此时没有 `appid` 就必填；几个账号共用一个 `appid`（如第三方平台代运营的账号）时与 `appid` 一起给。默认：`appid`，没有则为 `default`。',
  originalId: '账号的原始 ID（`gh_…`）：发给其他账号的推送一律拒绝。默认：不限。',
  encodingAESKey: '消息加解密密钥，43 个字符；更换期间可以给多个。',
  mode: '接受哪种推送：`plain`（明文）、`compatible`（兼容）、`safe`（安全）。默认：有密钥为 `safe`，否则 `plain`。',
  contexts: '上下文存在哪里，例如 `redisStores(redis).contexts`。默认：本进程的内存。',
  contextAge: '上下文在用户最后一条消息（或之后的保存）后再保留多少秒。',
  contextRolling:
    '用户的每条消息是否都重新计时，处理函数只读或没有用到上下文也算；`false` 则只有保存才重新计时。',
  ordering: '同一用户的消息：`serial` 依次处理（跨进程也是），`parallel` 同时处理。',
  replyWindow: '单次推送最多等处理函数多少毫秒，不超过 4900：微信等到 5000 就断开。',
  deliveries:
    '同一条消息的几次推送在哪里协调，例如 `redisStores(redis).deliveries`。默认：本进程的内存。',
  maxDeliveries: '最多等几次推送：1 是 4.5 秒，2 是 9.5 秒，3 是 14.5 秒。',
  pending:
    '最后的回复时限到了还没有结果，先回什么：一个回复，或 `(message) => reply`。默认：不回。',
  client: '用来发超时回复；处理函数里是 `exchange.client`。',
  lateReply:
    '超时回复怎么办：`push` 作为客服消息发，`hold` 留到用户的下一条消息，`drop` 丢弃并警告，也可以给函数。默认：有 `client` 为 `push`，否则 `drop`。',
  maxLateMessages:
    '`push` 时，用户的一条消息最多发几条客服消息，5 是微信的上限；剩下的交给 `onUndelivered`。',
  holdAge: '`hold` 时，超时回复留存多少秒。',
  holdKeyword: '`hold` 时，用户用来取留存回复的关键词，例如“继续”。',
  onUndelivered:
    '超时回复没发出去（在 `error.reply` 里）、流式回复开始后又失败、消息超出 `maxQueued` 时调用。默认：记一条错误日志。',
  interruptBy: '用户发什么消息会打断还在进行的流式回复：字符串、正则，或函数。默认：无。',
  abortAtDeadline:
    '最后的回复时限到了，是否中止 `exchange.signal`。默认：仅 `lateReply` 为 `drop` 时。',
  maxRun: '处理函数最多执行多少毫秒；超过就放弃，开始处理该用户的下一条消息。',
  maxPending: '本进程同时处理的消息数上限；再多的回 `success`。',
  maxQueued: '本进程里同一用户最多几条消息排队；再多的回 `success`，并调用 `onUndelivered`。',
  retryOnError: '处理函数失败后，下一次推送是否再执行一遍。',
  onError:
    '处理函数失败时代为回复。默认：记日志，回 `success`。上下文存储出故障时，把错误再抛出去，微信就会重推，与没有 `onError` 时一样。',
  bodyLimit: '请求体最多多少字节。',
  maxAge: '签名的推送在多少秒内有效。默认：不限。',
  logger:
    '`error`、`warn`、`info`、`debug` 四个方法，参数为 `(details, message)`，与 pino 一致。默认：警告和错误输出到控制台。',
  clock: '时限、租约和过期所用的时钟，供测试用。默认：系统时钟。',
};
