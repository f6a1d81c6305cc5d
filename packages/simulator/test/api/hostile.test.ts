/** Hostile requests do not crash the simulator's API. */
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  call,
  closeAll,
  createPerson,
  open,
  withToken,
} from '../../../../test/support/simulator-api.ts';

afterEach(closeAll);

describe('what is hostile', () => {
  const deep = '['.repeat(200_000);

  it.each([
    ['nested too deep', deep],
    ['nested too deep, and whole', deep + ']'.repeat(200_000)],
    ['half a text', `{"touser":"${'\\"'.repeat(100_000)}`],
    ['no UTF-8', Buffer.from([0x7b, 0xff, 0xfe]).toString('latin1')],
  ])('a body %s is not JSON', async (_, body) => {
    const desk = await open();
    expect(await withToken(desk, '/cgi-bin/message/custom/send', body)).toMatchObject({
      errcode: 47001,
    });
    JSON.stringify(desk.api.calls);
  });

  it.each([
    ['/cgi-bin/message/custom/send', { touser: '__proto__', msgtype: 'text', text: {} }, 40003],
    ['/cgi-bin/message/custom/send', { touser: { toString: 1 } }, 40003],
    ['/cgi-bin/message/custom/send', { touser: 'o1', msgtype: '__proto__' }, 40008],
    ['/cgi-bin/message/custom/send', { touser: 'o1', msgtype: ['text'], text: {} }, 40008],
    ['/cgi-bin/message/template/send', { touser: 'o1', template_id: 'constructor' }, 40037],
    ['/cgi-bin/menu/create', { button: { length: 1 } }, 40016],
    ['/cgi-bin/menu/create', { button: [null] }, 40018],
    ['/cgi-bin/tags/update', { tag: { id: '__proto__', name: 'a' } }, 45159],
    ['/cgi-bin/user/info/batchget', { user_list: [null] }, 40003],
    ['/cgi-bin/material/get_material', { media_id: '__proto__' }, 40007],
    ['/cgi-bin/qrcode/create', { action_name: 'QR_SCENE', action_info: null }, 40053],
    ['/cgi-bin/draft/add', { articles: [null] }, 44003],
  ])('%s %j is refused', async (path, body, errcode) => {
    const desk = await open(createPerson('o1'));
    expect(await withToken(desk, path, body)).toMatchObject({ errcode });
  });

  it.each([
    [
      'an address that is none',
      'GET // HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
      /40066/,
    ],
    [
      'a path with a scheme',
      'GET http://[ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
      /40066/,
    ],
    ['anything but HTTP', 'nothing\r\n\r\n', /400 Bad Request/],
    [
      'a percent sign alone',
      'GET /%?a=% HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
      /40066/,
    ],
  ])('%s is answered', async (_, request, expected) => {
    const { api } = await open();
    const socket = connect(Number(new URL(api.url).port), '127.0.0.1');
    socket.end(request);
    let answer = '';
    for await (const chunk of socket) answer += String(chunk);
    expect(answer).toMatch(expected);
  });

  it.each([
    ['evil.example', 403],
    ['127.0.0.1.evil.example:80', 403],
    ['localhost:8080', 200],
    ['api.weixin.qq.com', 200],
  ])('a request to the name %s is answered with %i', async (host, status) => {
    const { api } = await open();
    const request = get(`${api.url}/cgi-bin/token`, { headers: { host } });
    const [answer] = (await once(request, 'response')) as [IncomingMessage];
    answer.resume();
    expect(answer.statusCode).toBe(status);
  });

  it('a client that disconnects in the middle of a body does not affect others', async () => {
    const desk = await open();
    const socket = connect(Number(new URL(desk.api.url).port), '127.0.0.1');
    socket.write(
      'POST /cgi-bin/menu/create HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{',
    );
    await new Promise((resolve) => socket.once('connect', resolve));
    socket.resetAndDestroy();
    expect(await call(desk, '/cgi-bin/nothing')).toMatchObject({ errcode: 40066 });
  });
});
