/** Template and mass messages of the simulator's API, and the events of their end. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { NotFollowerError } from '@wechat-mp/core/official';
import {
  closeAll,
  createPerson,
  type Desk,
  open,
  openids,
  withToken,
} from '../../../../test/support/simulator-api.ts';

afterEach(closeAll);

/** Lets what comes after an answer happen. */
async function settle({ clock }: Desk, isDone: () => boolean): Promise<void> {
  while (!isDone()) await clock.advance(0);
}

describe('a template message', () => {
  const TEMPLATE = { title: '订单', content: '{{first.DATA}}\n金额：{{amount2.DATA}}' };

  it('is shown with its values in place, and its end is an event', async () => {
    const desk = await open(createPerson('o1'));
    desk.world.state.templates = { t1: TEMPLATE };
    const { msgid } = await desk.client.message.template.send({
      touser: 'o1',
      template_id: 't1',
      url: 'http://u',
      data: { first: { value: '你好' }, amount2: { value: '￥9.50' } },
    });
    expect(desk.shown.map(({ received }) => received)).toEqual([
      {
        via: 'template',
        at: desk.clock.now(),
        message: {
          type: 'template',
          templateId: 't1',
          title: '订单',
          content: '你好\n金额：￥9.50',
          url: 'http://u',
        },
      },
    ]);
    await settle(desk, () => desk.notified.length > 0);
    expect(desk.notified).toEqual([
      {
        type: 'event:templatesendjobfinish',
        fields: { MsgID: String(msgid), Status: 'success' },
      },
    ]);
    expect(Number(msgid)).toBeGreaterThan(Number.MAX_SAFE_INTEGER);
  });

  it('is refused when the user, the template or a value is wrong', async () => {
    const desk = await open(createPerson('o1'), createPerson('o2', { follows: false }));
    desk.world.state.templates = { t1: TEMPLATE };
    const send = (touser: string, template_id: string, value = '1') => {
      const data = { amount2: { value } };
      const body = { touser, template_id, data };
      return withToken(desk, '/cgi-bin/message/template/send', body);
    };
    expect(await send('o3', 't1')).toMatchObject({ errcode: 40003 });
    expect(await send('o1', 't2')).toMatchObject({ errcode: 40037 });
    expect(await send('o1', 't1', 'much')).toMatchObject({
      errcode: 47003,
      errmsg: expect.stringMatching(/^argument invalid! data\.amount2\.value invalid rid: /),
    });
    const data = { amount2: { value: '1' } };
    const toNobody = desk.client.message.template.send({ touser: 'o2', template_id: 't1', data });
    await expect(toNobody).rejects.toBeInstanceOf(NotFollowerError);
    expect(desk.shown).toEqual([]);
  });

  it('with the same client_msg_id is sent once in ten minutes', async () => {
    const desk = await open(createPerson('o1'));
    desk.world.state.templates = { t1: TEMPLATE };
    const message = { touser: 'o1', template_id: 't1', data: {}, client_msg_id: 'a' };
    const { msgid } = await desk.client.message.template.send(message);
    expect(await desk.client.message.template.send(message)).toMatchObject({ msgid });
    await desk.clock.advance(600_000);
    await desk.client.message.template.send(message);
    expect(desk.shown).toHaveLength(2);
  });

  it('needs a template, of which there are 25 at most', async () => {
    const { client } = await open();
    const { template } = client.message;
    for (let count = 1; count <= 25; count += 1) await template.add({ template_id_short: 'TM1' });
    await expect(template.add({ template_id_short: 'TM1' })).rejects.toMatchObject({
      errcode: 45026,
    });
    const { template_list: list } = await template.list();
    expect(list).toHaveLength(25);
    const [first] = list;
    if (!first) throw new Error('no template');
    await template.delete({ template_id: first.template_id });
    await expect(template.delete({ template_id: first.template_id })).rejects.toMatchObject({
      errcode: 40037,
    });
  });
});

describe('a mass message', () => {
  const say = { msgtype: 'text', text: { content: '大家好' } } as const;

  it('goes to all once a day, to a tag, and to openids; its end is an event', async () => {
    const desk = await open(
      createPerson('o1', { tagIds: [100] }),
      createPerson('o2'),
      createPerson('o3', { follows: false }),
      createPerson('o4', { isBlocked: true }),
    );
    desk.world.state.tags = { 100: { name: 'a' } };
    const { mass } = desk.client.message;
    const { msg_id: id } = await mass.sendAll({ ...say, filter: { is_to_all: true } });
    expect(desk.shown.map(({ openid, received }) => [openid, received.via])).toEqual([
      ['o1', 'mass'],
      ['o2', 'mass'],
    ]);
    await settle(desk, () => desk.notified.length > 0);
    const counts = { TotalCount: 3, FilterCount: 3, SentCount: 2, ErrorCount: 1 };
    expect(desk.notified).toEqual([
      {
        type: 'event:masssendjobfinish',
        fields: { MsgID: String(id), Status: 'send success', ...counts },
      },
    ]);
    await expect(mass.sendAll({ ...say, filter: { is_to_all: true } })).rejects.toMatchObject({
      errcode: 45028,
    });
    await mass.sendAll({ ...say, filter: { tag_id: 100 } });
    await mass.send({ ...say, touser: ['o1', 'o2'] });
    expect(desk.shown.slice(2).map(({ openid }) => openid)).toEqual(['o1', 'o1', 'o2']);
    expect(await mass.get({ msg_id: id })).toMatchObject({ msg_status: 'SEND_SUCCESS' });
  });

  it('reaches a user 4 times a month', async () => {
    const desk = await open(createPerson('o1'), createPerson('o2'));
    const send = () => desk.client.message.mass.send({ ...say, touser: ['o1', 'o2'] });
    for (let times = 1; times <= 5; times += 1) await send();
    expect(desk.shown).toHaveLength(8);
  });

  it.each([
    ['one openid', { touser: ['o1'] }, 40130],
    ['too many openids', { touser: openids(10_001) }, 40032],
    ['an openid of elsewhere', { touser: ['o0', 'o1'] }, 49003],
    ['no openids', { touser: 'o1' }, 40032],
    ['an unknown type', { touser: ['o1', 'o2'], msgtype: 'music' }, 40008],
  ])('is refused with %s', async (_, wrong, errcode) => {
    const desk = await open(createPerson('o1'), createPerson('o2'));
    const body = { ...say, ...wrong };
    expect(await withToken(desk, '/cgi-bin/message/mass/send', body)).toMatchObject({ errcode });
  });

  it('with the same clientmsgid is sent once', async () => {
    const desk = await open(createPerson('o1'), createPerson('o2'));
    const body = { ...say, touser: ['o1', 'o2'], clientmsgid: 'a' };
    const send = () => withToken(desk, '/cgi-bin/message/mass/send', body);
    const { msg_id: id } = await send();
    expect(await send()).toMatchObject({ errcode: 45065, msg_id: id });
    expect(desk.shown).toHaveLength(2);
  });

  it('is shown to one person before', async () => {
    const desk = await open(createPerson('o1', { name: 'alice' }));
    await desk.client.message.mass.preview({ ...say, towxname: 'alice' });
    expect(desk.shown).toHaveLength(1);
    expect(desk.notified).toEqual([]);
  });
});
