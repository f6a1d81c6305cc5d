// Slow answers in three ways, on Express. Run: npm run example examples/late-replies.ts
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { type Handlers, type MessageClient, sign, wechat } from '@wechat-mp/express';
import express from 'express';
import { stopOnSigterm } from './stopping.ts';

const token = process.env['WECHAT_TOKEN'] ?? 'TOKEN';

/** Yours calls message/custom/send, and rejects when that fails. */
const client: MessageClient = {
  message: {
    custom: {
      send: async (openid, reply) => console.log(`客服消息 to ${openid}:`, JSON.stringify(reply)),
    },
  },
};

/** Takes as many seconds as the text says. */
const handlers: Handlers = {
  text: async ({ content }, { delivery }) => {
    const seconds = Number.parseFloat(content) || 0;
    console.log(`the handler starts: ${seconds} s`);
    await pause(seconds * 1000);
    console.log(`the handler ends, in delivery ${delivery.attempt}`);
    return `“${content}”的答案是 42`;
  },
};

const app = express();
// Three deliveries, 14.5 seconds; what is later is pushed.
const push = wechat({ token, client }, handlers);
app.use('/push', push);
// One delivery: the user reads something after 4.5 seconds, and the answer when it is there.
const patient = wechat({ token, client, maxDeliveries: 1, pending: '正在想…' }, handlers);
app.use('/pending', patient);
// No right to push: the answer waits for the user's next message.
const pending = '还在想，过一会儿回复“继续”看结果';
const hold = wechat({ token, lateReply: 'hold', holdKeyword: '继续', pending }, handlers);
app.use('/hold', hold);

const server = app.listen(Number(process.env['PORT'] ?? 3000));
server.once('listening', () => {
  const { port } = server.address() as AddressInfo;
  const query = `timestamp=1&nonce=1&signature=${sign({ token, timestamp: '1', nonce: '1' })}`;
  console.log('listening', server.address());
  console.log(`In another shell, be WeChat, with its three tries:

wechat() { # PATH TEXT
  id=$(date +%s%N)
  for try in 1 2 3; do
    curl -sS -m 5 "http://127.0.0.1:${port}/$1?${query}" -d "<xml><ToUserName>gh_1</ToUserName>
<FromUserName>user</FromUserName><CreateTime>1</CreateTime><MsgType>text</MsgType>
<MsgId>$id</MsgId><Content>$2</Content></xml>" && echo && return
  done
}
wechat push 7; wechat push 20      # in the second try; pushed after 20 s
wechat pending 7                   # 正在想… after 4.5 s, pushed after 7 s
wechat hold 16; sleep 3; wechat hold 继续
`);
});
stopOnSigterm(server, push, patient, hold);
