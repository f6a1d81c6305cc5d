import { describe, expect, it } from '@jest/globals';
import { createWebhook, type MessageName, messageNames, renderReply } from '@wechat-mp/core';
import { event, plain, userMessage } from '../../../../test/support/platform.ts';
import { recorder } from '../support.ts';

const TO = { target: 'o1', source: 'gh_1' };
const articles = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ title: `no. ${i + 1}` }));
const readCount = (xml: string) => Number(/<ArticleCount>(\d+)</.exec(xml)?.[1]);
const countItems = (xml: string) => xml.match(/<item>/g)?.length;

// Not `video`’s little sister nor links: they are not in the documentation’s list, and the platform
// treats them as what a user sends.
const ONE = ['text', 'image', 'voice', 'video', 'shortvideo', 'location', 'link'];
const EIGHT = messageNames.filter((name) => name.startsWith('event:'));

describe('the number of articles', () => {
  it.each([...ONE.map((name) => [name, 1]), ...EIGHT.map((name) => [name, 8])] as [
    MessageName,
    number,
  ][])('in answer to %s is at most %d, with a warning when it was more', (answering, limit) => {
    const logger = recorder();
    const fitting = renderReply(articles(limit), { ...TO, answering, logger });
    expect([readCount(fitting), countItems(fitting)]).toEqual([limit, limit]);
    expect(logger.lines).toEqual([]);

    const cut = renderReply(articles(limit + 1), { ...TO, answering, logger });
    expect([readCount(cut), countItems(cut)]).toEqual([limit, limit]);
    expect(cut).toContain('no. 1]');
    expect(cut).not.toContain(`no. ${limit + 1}]`);
    expect(logger.lines).toHaveLength(1);
    expect(logger.lines[0]?.level).toBe('warn');
    expect(logger.text()).toContain(`${limit + 1} articles`);
  });

  it.each([
    [1, userMessage('text', { Content: 'hi' })],
    [8, event('CLICK', { EventKey: 'NEWS' })],
  ])('is cut to %d by a webhook too', async (limit, message) => {
    const logger = recorder();
    const webhook = createWebhook({ token: 'TOKEN', logger }, () => articles(10));
    const { body } = await webhook.handle(plain({ token: 'TOKEN' }, message));
    expect([readCount(body), countItems(body)]).toEqual([limit, limit]);
    expect(logger.lines.map(({ level }) => level)).toEqual(['warn']);
  });

  it('leaves the handler’s own array as it was', () => {
    const own = articles(9);
    renderReply(own, { ...TO, answering: 'text', logger: recorder() });
    expect(own).toHaveLength(9);
  });
});
