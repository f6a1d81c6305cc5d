import { describe, expect, it, jest } from '@jest/globals';
import { createWebhook, type Handlers, Router } from '@wechat-mp/core';
import { event, plain, userMessage, type WireFields } from '../../../test/support/platform.ts';
import { recorder } from './support.ts';

const ACCOUNT = { token: 'TOKEN' };
const text = (Content: string) => userMessage('text', { Content });

/** Returns the user's answer to each message. */
async function answers(handlers: Parameters<typeof createWebhook>[1], ...messages: WireFields[]) {
  const logger = recorder();
  const webhook = createWebhook({ ...ACCOUNT, logger }, handlers);
  const contents: string[] = [];
  for (const message of messages) {
    const { body } = await webhook.handle(plain(ACCOUNT, message));
    contents.push(/<Content><!\[CDATA\[(.*)\]\]><\/Content>/.exec(body)?.[1] ?? body);
  }
  return contents;
}
const one = async (...args: Parameters<typeof answers>) => (await answers(...args))[0];

describe('handlers', () => {
  it('as an object are chosen by the name of the message', async () => {
    const handlers: Handlers = {
      text: ({ content }) => `text ${content}`,
      'event:click': async ({ key }) => `click ${key}`,
      'event:location': ({ latitude }) => `at ${latitude}`,
      default: ({ type }) => `default ${type}`,
      image: undefined as never,
    };
    const place = event('LOCATION', { Latitude: 23.1 });
    const messages = [
      text('a'),
      event('CLICK', { EventKey: 'A' }),
      place,
      userMessage('image'),
      event('new'),
    ];
    expect(await answers(handlers, ...messages)).toEqual([
      'text a',
      'click A',
      'at 23.1',
      'default image',
      'default event:unknown',
    ]);
  });

  it('as one function get everything', async () => {
    const messages = [text('a'), event('CLICK', { EventKey: 'A' }), userMessage('other')];
    expect(await answers(({ type }) => type, ...messages)).toEqual([
      'text',
      'event:click',
      'unknown',
    ]);
  });

  it('that do not fit answer success', async () => {
    expect(await one({ image: () => 'a' }, text('a'))).toBe('success');
    expect(await one({}, text('a'))).toBe('success');
    expect(await one(new Router(), text('a'))).toBe('success');
    expect(await one(undefined, text('a'))).toBe('success');
  });

  it('can be made for unknown and event:unknown', async () => {
    const handlers: Handlers = { unknown: () => 'what?', 'event:unknown': () => 'when?' };
    expect(await answers(handlers, userMessage('other'), event('other'))).toEqual([
      'what?',
      'when?',
    ]);
  });
});

describe('router.on', () => {
  it('takes one name or several', async () => {
    const router = new Router()
      .on('image', ({ picUrl }) => picUrl)
      .on(['event:click', 'video'], ({ type }) => `either ${type}`);
    const image = userMessage('image', { PicUrl: 'http://a.example/', MediaId: 'm' });
    const messages = [image, userMessage('video'), event('CLICK'), text('a')];
    expect(await answers(router, ...messages)).toEqual([
      'http://a.example/',
      'either video',
      'either event:click',
      'success',
    ]);
  });

  it('lets the first that fits answer, and no other run', async () => {
    const second = jest.fn(() => 'second');
    const router = new Router()
      .on('text', () => 'first')
      .on('text', second)
      .default(second);
    expect(await one(router, text('a'))).toBe('first');
    const silent = new Router().on('text', () => undefined).default(second);
    expect(await one(silent, text('a'))).toBe('success');
    expect(second).not.toHaveBeenCalled();
  });
});

describe('router.text', () => {
  it('takes exact text', async () => {
    const router = new Router().text('help', () => 'yes').default(() => 'no');
    expect(
      await answers(router, text('help'), text('help '), text('Help'), text('my help')),
    ).toEqual(['yes', 'no', 'no', 'no']);
  });

  it('takes a regular expression and gives its match', async () => {
    const router = new Router().text(
      /^order (?<id>\d+)$/i,
      (_, { match }) => `no. ${match.groups?.['id']} ${match[1]}`,
    );
    expect(await answers(router, text('Order 12'), text('order x'))).toEqual([
      'no. 12 12',
      'success',
    ]);
  });

  it.each(['g', 'y', 'gy', 'u', 'gs'])(
    'takes the flag %s, message after message',
    async (flags) => {
      const pattern = new RegExp('a(b?)', flags);
      const router = new Router().text(pattern, (_, { match }) => `${match[0]} ${match[1]}`);
      const messages = [text('ab ab'), text('ab ab'), text('a'), text('ab')];
      expect(await answers(router, ...messages)).toEqual(['ab b', 'ab b', 'a ', 'ab b']);
    },
  );

  it('matches a sticky expression at the start only', async () => {
    const router = new Router().text(/b/y, () => 'yes').default(() => 'no');
    expect(await answers(router, text('ab'), text('ba'), text('ab'))).toEqual(['no', 'yes', 'no']);
  });

  it('leaves other messages alone', async () => {
    const router = new Router().text(/.*/, () => 'text').default(() => 'other');
    const click = event('CLICK', { EventKey: 'text', Content: 'text' });
    expect(await answers(router, click, text(''))).toEqual(['other', 'text']);
  });
});

describe('router.event', () => {
  it.each(['click', 'event:click'] as const)('knows %s', async (name) => {
    const router = new Router().event(name, 'A', () => 'a').default(() => 'no');
    const messages = ['A', 'B', ''].map((EventKey) => event('CLICK', { EventKey }));
    expect(await answers(router, ...messages, event('VIEW', { EventKey: 'A' }))).toEqual([
      'a',
      'no',
      'no',
      'no',
    ]);
  });

  it('takes a regular expression and gives its match', async () => {
    const router = new Router().event(
      'click',
      /^ITEM_(\d+)$/g,
      (_, { match }) => `item ${match?.[1]}`,
    );
    const messages = ['ITEM_1', 'ITEM_2', 'ITEM'].map((EventKey) => event('CLICK', { EventKey }));
    expect(await answers(router, ...messages)).toEqual(['item 1', 'item 2', 'success']);
  });

  it('finds the scene of a QR code, for new followers as for old ones', async () => {
    const router = new Router()
      .event('subscribe', 'poster', ({ scene }) => `new ${scene}`)
      .event('subscribe', /^(\d+)$/, (_, { match }) => `number ${match?.[1]}`)
      .event('scan', 'poster', ({ scene }) => `old ${scene}`)
      .default(() => 'no');
    const messages = [
      event('subscribe', { EventKey: 'qrscene_poster', Ticket: 'T' }),
      event('subscribe', { EventKey: 'qrscene_42', Ticket: 'T' }),
      event('SCAN', { EventKey: 'poster', Ticket: 'T' }),
      event('subscribe', { EventKey: '' }),
      event('subscribe'),
      event('subscribe', { EventKey: 'qrscene_posters' }),
    ];
    const expected = ['new poster', 'number 42', 'old poster', 'no', 'no', 'no'];
    expect(await answers(router, ...messages)).toEqual(expected);
  });

  it('finds the whole key of a new follower too', async () => {
    const router = new Router().event('subscribe', 'qrscene_poster', () => 'yes');
    expect(await one(router, event('subscribe', { EventKey: 'qrscene_poster' }))).toBe('yes');
  });
});
