/** The simulator’s back end is as strict as it says. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type BackEnd, startBackEnd } from '@wechat-mp/simulator';
import {
  type Asked,
  ask,
  askJson,
  messageList,
  messagePage,
  readRet,
  type Session,
} from '../../../../test/support/back-end.ts';

let backEnd: BackEnd;
beforeEach(async () => {
  backEnd = await startBackEnd();
});
afterEach(() => backEnd.close());

const at = (path: string) => `${backEnd.url}${path}`;

it('a body beyond 32 MiB is refused', async () => {
  const answer = await ask(at('/cgi-bin/singlesend'), {
    form: { content: 'x'.repeat(32 * 1024 * 1024) },
  });
  expect(answer.status).toBe(400);
  expect(backEnd.problems.join()).toContain('the body has more than 33554432 bytes');
});

describe('a request that does not fit', () => {
  const form = (token: number) => ({
    tofakeid: '2400000001',
    type: '1',
    token: String(token),
    content: '你好',
    ajax: '1',
  });
  const path = '/cgi-bin/singlesend?t=ajax-response';
  const page = (token: number) =>
    `/cgi-bin/singlesendpage?t=message/send&action=index&tofakeid=2400000001&token=${token}&lang=zh_CN`;

  it('is absent when every field is there', async () => {
    const session = backEnd.session();
    const { token } = session;
    const answer = await askJson(at(path), { session, form: form(token), referer: page(token) });
    expect(answer).toEqual({ base_resp: { ret: 0, err_msg: 'ok' } });
    expect(backEnd.sent).toEqual([{ to: '2400000001', type: 1, content: '你好' }]);
    expect(backEnd.problems).toEqual([]);
    expect(backEnd.requests[0]).toMatchObject({ path: '/cgi-bin/singlesend', parts: [] });
  });

  it.each<[string, string, string, (asked: Required<Pick<Asked, 'form'>> & Asked) => Asked]>([
    ['a field is missing', path, 'form lacks ajax', (asked) => without(asked, 'ajax')],
    ['a field is new', path, 'form has more', (asked) => withField(asked, 'more', '1')],
    ['a value is another', path, 'form has ajax=0', (asked) => withField(asked, 'ajax', '0')],
    ['the query is another', `${path}&f=json`, 'query has f', (asked) => asked],
    [
      'the query has a field twice',
      `${path}&t=ajax-response`,
      'query has t twice',
      (asked) => asked,
    ],
    ['the path is unknown', '/cgi-bin/nothing', 'no such path', (asked) => asked],
    ['the referer is another', path, 'the referer is', (asked) => ({ ...asked, referer: '/x' })],
    [
      'no script sent it',
      path,
      'x-requested-with is missing',
      (asked) => ({ ...asked, headers: { 'x-requested-with': '' } }),
    ],
    [
      'it does not ask for JSON',
      path,
      'accept does not say',
      (asked) => ({ ...asked, headers: { accept: '*/*' } }),
    ],
    [
      'the body is no form',
      path,
      'not a form',
      (asked) => ({ ...asked, headers: { 'content-type': 'text/plain' } }),
    ],
  ])('%s: it is reported', async (_, to, why, change) => {
    const session = backEnd.session();
    const { token } = session;
    const response = await ask(
      at(to),
      change({ session, form: form(token), referer: page(token) }),
    );
    expect(response.status).toBe(400);
    const { problem } = (await response.json()) as { problem: string };
    expect(problem).toContain(why);
    expect(backEnd.problems).toHaveLength(1);
    expect(backEnd.problems[0]).toContain(why);
    expect(backEnd.sent).toEqual([]);
  });

  function without(asked: Asked, name: string): Asked {
    const { [name]: _, ...rest } = asked.form as Record<string, string>;
    return { ...asked, form: rest };
  }
  function withField(asked: Asked, name: string, value: string): Asked {
    return { ...asked, form: { ...(asked.form as Record<string, string>), [name]: value } };
  }

  it.each([
    ['nobody', -21],
    ['gone', 10_700],
    ['blacklisted', 10_701],
    ['closed', 10_703],
    ['missing', 10_705],
    ['late', 10_706],
    ['risky', 62_752],
  ])('a message to %s is answered with %i', async (tofakeid, ret) => {
    const session = backEnd.session();
    const referer = page(session.token).replace('2400000001', tofakeid);
    const sent = { ...form(session.token), tofakeid };
    const answer = await askJson(at(path), { session, form: sent, referer });
    expect(readRet(answer)).toBe(ret);
  });
});

describe('a session', () => {
  it.each<[string, (session: Session) => Session]>([
    ['another token', (session) => ({ ...session, token: session.token + 1 })],
    [
      'a cookie that is cut',
      ({ token, cookies }) => ({ token, cookies: cookies.replace('=;', ';') }),
    ],
    ['no cookies', ({ token }) => ({ token, cookies: '' })],
  ])('is none with %s', async (_, change) => {
    const session = change(backEnd.session());
    const response = await ask(at(messageList(session)), {
      session,
      referer: messagePage(session),
    });
    expect(response.headers.get('content-type')).toBe('text/html; charset=UTF-8');
    expect(backEnd.problems).toEqual([]);
  });

  it('that is lost is reported as JSON or as a page, for a file as a page', async () => {
    const session = backEnd.session();
    backEnd.loseSession('json');
    const { token } = session;
    const list = await askJson(at(messageList(session)), {
      session,
      referer: messagePage(session),
    });
    expect(readRet(list)).toBe(200_003);
    const referer = `/cgi-bin/message?t=message/list&token=${token}&count=20&day=7`;
    const voice = await ask(at(`/cgi-bin/getvoicedata?msgid=1&fileid=&token=${token}&lang=zh_CN`), {
      session,
      referer,
    });
    expect(voice.headers.get('content-type')).toBe('text/html; charset=UTF-8');
  });

  it('ends with a logout, and is found at the front page by its cookies until then', async () => {
    const session = backEnd.session();
    const front = await ask(at('/'), { session });
    expect(front.headers.get('location')).toContain(`token=${session.token}`);
    await ask(at(`/cgi-bin/logout?t=wxm-logout&token=${session.token}&lang=zh_CN`), { session });
    expect((await ask(at('/'), { session })).status).toBe(200);
  });
});
