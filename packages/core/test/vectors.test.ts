/** The platform's own bytes, through the whole webhook: the examples of its documentation. */
import { describe, expect, it } from '@jest/globals';
import { createWebhook, type Message, sign, type WebhookOptions } from '@wechat-mp/core';
import { recorder } from './support.ts';

const A43 = 'A'.repeat(43);
const TOKEN = 'AAAAA';

function bot(options: WebhookOptions) {
  const messages: Message[] = [];
  const webhook = createWebhook({ logger: recorder(), ...options }, (message) => {
    messages.push(message);
    return undefined;
  });
  return { webhook, messages };
}

describe('the examples of the documentation', () => {
  it('S2: the check of the address', async () => {
    const { webhook } = bot({ token: TOKEN });
    const query = {
      signature: 'f464b24fc39322e44b38aa78f5edd27bd1441696',
      timestamp: '1714036504',
      nonce: '1514711492',
      echostr: '4375120948345356249',
    };
    expect(await webhook.handle({ method: 'GET', query })).toMatchObject({
      status: 200,
      body: '4375120948345356249',
    });
  });

  it('S3: a push in plain mode', async () => {
    const { webhook, messages } = bot({ token: TOKEN });
    const query = {
      signature: '899cf89e464efb63f54ddac96b0a0a235f53aa78',
      timestamp: '1714037059',
      nonce: '486452656',
      openid: 'o9AgO5Kd5ggOC-bXrbNODIiE3bGY',
    };
    const body =
      '{"ToUserName":"gh_97417a04a28d","FromUserName":"o9AgO5Kd5ggOC-bXrbNODIiE3bGY","CreateTime":1714037059,"MsgType":"event","Event":"debug_demo","debug_str":"hello world"}';
    expect(await webhook.handle({ method: 'POST', query, body })).toMatchObject({ status: 200 });
    expect(messages).toMatchObject([
      { type: 'event:debug_demo', fields: { debug_str: 'hello world' } },
    ]);
  });

  const e1 = {
    options: { token: TOKEN, encodingAESKey: A43, appid: 'wxba5fad812f8e6fb9' },
    query: {
      signature: '6c5c811b55cc85e0e1b54100749188c20beb3f5d',
      timestamp: '1714112445',
      nonce: '415670741',
      openid: 'o9AgO5Kd5ggOC-bXrbNODIiE3bGY',
      encrypt_type: 'aes',
      msg_signature: '046e02f8204d34f8ba5fa3b1db94908f3df2e9b3',
    },
    encrypt:
      '+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcvZqzDpVzazhZv6JsXUnnR8XGT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3Fn2Pede2IuQrKEYwKSqFIZoNqJ4M8EajAsjLY2km32IIjdf8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSeOBrebufAlr7F9mFUPAJGj04=',
  };
  const jsonBody = JSON.stringify({ ToUserName: 'gh_97417a04a28d', Encrypt: e1.encrypt });

  it('E1, S6: a push in safe mode, with `signature` beside `msg_signature`', async () => {
    const { webhook, messages } = bot(e1.options);
    const { query } = e1;
    const answer = await webhook.handle({ method: 'POST', query, body: jsonBody });
    expect(answer).toMatchObject({ status: 200, body: 'success' });
    expect(messages).toMatchObject([
      {
        type: 'event:debug_demo',
        target: 'gh_97417a04a28d',
        source: 'o9AgO5Kd5ggOC-bXrbNODIiE3bGY',
        time: 1714112445,
        fields: { Event: 'debug_demo', debug_str: 'hello world' },
      },
    ]);
  });

  it('E1: the same in XML, with line feeds in the base64', async () => {
    const { webhook, messages } = bot(e1.options);
    const lines = e1.encrypt.replace(/.{76}/g, '$&\r\n');
    const body = `<xml><ToUserName><![CDATA[gh_97417a04a28d]]></ToUserName><Encrypt>${lines}\n</Encrypt></xml>`;
    const answer = await webhook.handle({ method: 'POST', query: e1.query, body });
    expect(answer).toMatchObject({ status: 200 });
    expect(messages).toHaveLength(1);
  });

  it.each<[string, Record<string, string | undefined>]>([
    ['without `signature`', { signature: undefined }],
    ['with the `msg_signature` as its `signature`', { signature: e1.query.msg_signature }],
    ['with another `signature`', { signature: '6c5c811b55cc85e0e1b54100749188c20beb3f5e' }],
    ['with another `msg_signature`', { msg_signature: e1.query.signature }],
    ['without `encrypt_type`', { encrypt_type: undefined }],
  ])('E1 %s is refused', async (_, change) => {
    const { webhook, messages } = bot(e1.options);
    const query = { ...e1.query, ...change };
    const answer = await webhook.handle({ method: 'POST', query, body: jsonBody });
    expect(answer).toMatchObject({ status: 401 });
    expect(messages).toEqual([]);
  });

  const rotations: [string, Partial<WebhookOptions>][] = [
    ['the old token and key come second', { token: ['new', TOKEN], encodingAESKey: [B43(), A43] }],
    ['the old token and key come first', { token: [TOKEN, 'new'], encodingAESKey: [A43, B43()] }],
    ['only the token is changed', { token: ['new', TOKEN] }],
    ['only the key is changed', { encodingAESKey: [B43(), A43] }],
    ['the mode is compatible', { mode: 'compatible' }],
  ];
  it.each(rotations)('E1 is read while %s', async (_, change) => {
    const { webhook, messages } = bot({ ...e1.options, ...change });
    const answer = await webhook.handle({ method: 'POST', query: e1.query, body: jsonBody });
    expect(answer).toMatchObject({ status: 200 });
    expect(messages).toHaveLength(1);
  });

  it('E3, S7: a push to a third-party platform', async () => {
    const options = { token: TOKEN, encodingAESKey: A43, appid: 'wx134c8103faa5a59e' };
    const { webhook, messages } = bot(options);
    const query = {
      signature: 'cc0c594499c1634947d5b502f158ee518947db27',
      timestamp: '1715943329',
      nonce: '1590219412',
      encrypt_type: 'aes',
      msg_signature: '6c12a4205838198b8fa631b3220723bb07f1015c',
    };
    const encrypt =
      'D7yzvUNAL930rd28wf21s4hvXhz0L6Uit/p2Di6C5DHyYGpEgdBRnKjBec34JwoQXicwaZC7fOVihW80F4VtsdvE//1vr7oAbqjDv8KenVp+ajKYpJnyQ4zMRhIC+a31fCVOMC03FfzV/QuC94kBP55a+Za3sJgvAn+ZbsNqZI5DkyuzkhQN8OBqCzFhizGmy0xpM0MEA4agpvE+RuNO1rhHTtuJB5yltw1FiYzecSXJ+y/D2r81VkRn2eYjh2ltsoyfbDR7Is6ookXIFxTfyeNyeHxMeT4KN5WpCDmSbTcUYrbBUlkGLJ9n/rU8YOywma6G7aTb7KZKOqCxgfoUlYEZPk4FUL/TK7ShriFDMVCLyjQJ15Ob++agDWtcxhfUfe6HIoIpRW8mKNBQiY/Jd1svvuskA1wLef1RTtzKfMpagSCX/laZINmdnX4zrF6kIaR9P4xQrWXbsTFHTYe0Mg==';
    const body = `<xml>\n    <AppId><![CDATA[wx134c8103faa5a59e]]></AppId>\n    <Encrypt><![CDATA[${encrypt}]]></Encrypt>\n</xml>`;
    const answer = await webhook.handle({ method: 'POST', query, body });
    expect(answer).toMatchObject({ status: 200, body: 'success' });
    expect(messages).toMatchObject([
      { type: 'event:debug_demo', time: 1715943329, fields: { debug_str: 'hello world' } },
    ]);
  });

  it('E8: a text in safe mode, answered in it', async () => {
    const options = {
      token: 'QDG6eK',
      encodingAESKey: 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C',
      appid: 'wx5823bf96d3bd56c7',
    };
    const [timestamp, nonce] = ['1409659813', '1372623149'];
    const query = {
      // Its page has no `signature`.
      signature: sign({ token: options.token, timestamp, nonce }),
      timestamp,
      nonce,
      encrypt_type: 'aes',
      msg_signature: '477715d11cdb4164915debcba66cb864d751f3e6',
    };
    const encrypt =
      'RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj911L3vg3W/sYYvuJTs3TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLxAUHzM6+kDZ+HMZfJYuR+LtwGc2hgf5gsijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGUcallcrw8V2t9EL4EhzJWrQUax5wLVMNS0+rUPA3k22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDYA5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIGHBZZIs2pDBS8R07+qN+E7Q==';
    const body = `<xml><ToUserName><![CDATA[${options.appid}]]></ToUserName>\n<Encrypt><![CDATA[${encrypt}]]></Encrypt>\n</xml>`;
    const { webhook, messages } = bot(options);
    expect(await webhook.handle({ method: 'POST', query, body })).toMatchObject({ status: 200 });
    expect(messages).toMatchObject([
      { type: 'text', source: 'mycreate', content: 'hello', id: '4561255354251345929' },
    ]);
  });
});

/** Another key. */
function B43(): string {
  return 'B'.repeat(42) + 'A';
}
