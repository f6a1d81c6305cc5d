/** Which calls are made again when their answer is lost, and which are not. */
import { describe, expect, it } from '@jest/globals';
import type { OfficialClient } from '@wechat-mp/core/official';
import { catchError, createClient, usePlatform } from '../support/official-client.ts';
import { BREAK, Raw } from '../support/official-platform.ts';

const getPlatform = usePlatform();
type Row = [name: string, path: string, call: (client: OfficialClient) => Promise<unknown>];
const bad = () => new Raw('<html>', {}, 502);

describe('a call whose answer is lost', () => {
  it.each<Row>([
    ['card.get', '/card/get', ({ card }) => card.get({ card_id: 'p1' })],
    ['menu.tryMatch', '/cgi-bin/menu/trymatch', ({ menu }) => menu.tryMatch({ user_id: 'o1' })],
    ['request GET', '/cgi-bin/menu/get', (client) => client.request('GET', '/cgi-bin/menu/get')],
    ['media.get', '/cgi-bin/media/get', ({ media }) => media.get('m1')],
    [
      'draft.batchGet',
      '/cgi-bin/draft/batchget',
      ({ draft }) => draft.batchGet({ offset: 0, count: 20 }),
    ],
  ])('is made again when it only reads: %s', async (_, path, call) => {
    const platform = getPlatform();
    platform.answer(path, bad);
    await catchError(call(createClient(platform, { retry: 1 })));
    expect(platform.count(path)).toBe(2);
  });

  it.each<Row>([
    [
      'card.checkinBoardingPass, which changes something by the name of a check',
      '/card/boardingpass/checkin',
      ({ card }) => card.checkinBoardingPass({ code: '1' } as never),
    ],
    [
      'nontax.getRealName, which uses a token up',
      '/nontax/getrealname',
      ({ nontax }) => nontax.getRealName({ wx_realname_token: '1' }),
    ],
    [
      'oauth2.getAccessToken, which uses a code up',
      '/sns/oauth2/access_token',
      ({ oauth2 }) => oauth2.getAccessToken({ code: '1' }),
    ],
    ['menu.delete, though a GET', '/cgi-bin/menu/delete', ({ menu }) => menu.delete()],
    [
      'a POST that has no row',
      '/cgi-bin/menu/create',
      (client) => client.request('POST', '/cgi-bin/menu/create', { body: { button: [] } }),
    ],
  ])('is made once when it is %s', async (_, path, call) => {
    const platform = getPlatform();
    for (const answer of [bad, () => BREAK]) {
      platform.answer(path, answer);
      await catchError(call(createClient(platform, { retry: 1 })));
    }
    expect(platform.count(path)).toBe(2);
  });
});

describe('a call that the platform says it was too busy for', () => {
  const busy = () => ({ errcode: -1, errmsg: 'system error' });

  it.each<Row>([
    [
      'message.mass.sendAll',
      '/cgi-bin/message/mass/sendall',
      ({ message }) => message.mass.sendAll({ msgtype: 'text' } as never),
    ],
    [
      'message.mass.send',
      '/cgi-bin/message/mass/send',
      ({ message }) => message.mass.send({ touser: ['o1', 'o2'] } as never),
    ],
    ['nontax.refund', '/nontax/refund', ({ nontax }) => nontax.refund({} as never)],
    [
      'freepublish.submit',
      '/cgi-bin/freepublish/submit',
      ({ freepublish }) => freepublish.submit({ media_id: 'm1' }),
    ],
    [
      'oauth2.getAccessToken',
      '/sns/oauth2/access_token',
      ({ oauth2 }) => oauth2.getAccessToken({ code: '1' }),
    ],
  ])('is made once when it must not happen twice: %s', async (_, path, call) => {
    const platform = getPlatform();
    platform.answer(path, busy);
    expect(await catchError(call(createClient(platform, { retry: 1 })))).toMatchObject({
      errcode: -1,
    });
    expect(platform.count(path)).toBe(1);
  });
});
