/** A webhook with `chat()`, and a user who writes to it, without a socket. */
import { setImmediate as turn } from 'node:timers/promises';
import { createWebhook, type WebhookOptions } from '@wechat-mp/core';
import { ManualClock } from '../../../test/support/clock.ts';
import * as platform from '../../../test/support/platform.ts';
import { type ChatMessage, type ChatOptions, chat } from '../src/index.ts';

const account = { token: 'TOKEN' };

/** Starts a bot, and records what its model is asked. */
export function startConversation(
  options: Partial<ChatOptions>,
  webhookOptions: Partial<WebhookOptions> = {},
) {
  const clock = new ManualClock();
  const asked: ChatMessage[][] = [];
  const errors: string[] = [];
  const logger = {
    error: (_: object, text: string) => void errors.push(text),
    warn: () => {},
    info: () => {},
    debug: () => {},
  };
  const { model = () => 'fine', ...more } = options;
  const handler = chat({
    clock,
    ...more,
    model: (messages, info) => {
      asked.push(messages);
      return model(messages, info);
    },
  });
  const webhook = createWebhook(
    { ...account, clock, logger, ...webhookOptions },
    { text: handler },
  );

  /** Sends a text; resolves with the passive reply. */
  async function say(content: string, fields: Record<string, string> = {}): Promise<string> {
    const delivery = platform.plain(
      account,
      platform.userMessage('text', { Content: content, ...fields }),
    );
    const { status, headers, body } = await webhook.handle(delivery);
    const answer = { status, contentType: headers['content-type'], body };
    const reply = platform.readAnswer(account, delivery, answer);
    return typeof reply === 'string' ? reply : (reply['Content'] as string);
  }

  return { webhook, clock, asked, errors, say };
}

/** Lets everything happen that needs no time. */
export async function settle(): Promise<void> {
  for (let turns = 0; turns < 20; turns += 1) await turn();
}
