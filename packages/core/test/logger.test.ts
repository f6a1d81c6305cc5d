import { describe, expect, it } from '@jest/globals';
import { createWebhook, type Handler } from '@wechat-mp/core';
import { plain, userMessage } from '../../../test/support/platform.ts';

const ACCOUNT = { token: 'TOKEN' };
const full = () => {
  throw new Error('the disk is full');
};
const logger = { error: full, warn: full, info: full, debug: full };
const DELIVERY = plain(ACCOUNT, userMessage('text', { Content: 'hi' }));
const webhook = (handler: Handler, replyWindow = 1000) =>
  createWebhook({ ...ACCOUNT, logger, replyWindow }, handler);

describe('a logger that throws', () => {
  it('does not keep a delivery from being answered', async () => {
    const failing = webhook(() => {
      throw new Error('broken');
    });
    expect(await failing.handle(DELIVERY)).toMatchObject({ status: 200, body: 'success' });
    const cut = webhook(() => [{ title: 'a' }, { title: 'b' }]);
    expect(await cut.handle(DELIVERY)).toMatchObject({ status: 200 });
  });

  it('does not keep a request from being refused', async () => {
    const answer = webhook(() => 'hi').handle({ method: 'GET', query: {} });
    expect(await answer).toMatchObject({ status: 401, body: 'Unauthorized' });
  });

  it('cannot bring the process down when it is told of a late reply', async () => {
    const rejections: unknown[] = [];
    const note = (reason: unknown) => rejections.push(reason);
    process.on('unhandledRejection', note);
    try {
      let answer: (text: string) => void = () => {};
      const late = webhook(() => new Promise((resolve) => (answer = resolve)), 1);
      expect(await late.handle(DELIVERY)).toMatchObject({ status: 200, body: 'success' });
      answer('too late');
      await new Promise((resolve) => setImmediate(resolve));
      expect(rejections).toEqual([]);
    } finally {
      process.off('unhandledRejection', note);
    }
  });
});
