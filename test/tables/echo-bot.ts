/** The bot that the deliveries are for; it runs wherever the webhook does. */
import { type Handlers, reply } from '@wechat-mp/core';

const encryption = {
  appid: 'wx5823bf96d3bd56c7',
  encodingAESKey: 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C',
};

/** Each is mounted under its name. */
export const accounts = {
  plain: { token: 'PlainToken0x5f' },
  safe: { token: 'SafeToken0x7a', ...encryption },
  compatible: { token: 'CompatibleToken0x3c', ...encryption, mode: 'compatible' },
} as const;

const failures: Record<string, () => never> = {
  'please throw': () => {
    throw new Error('thrown by the test’s handler');
  },
  'please reject': () => Promise.reject(new Error('rejected by the test’s handler')) as never,
  'please return a number': () => 42 as never,
};

export const handlers: Handlers = {
  text: ({ content }) => {
    if (content === '') return undefined;
    if (content.length > 1000) return `You said ${content.length} characters`;
    return failures[content]?.() ?? `You said: ${content}`;
  },
  image: ({ mediaId }) => reply.image(mediaId),
  location: ({ location, label }) => `${location.join(' / ')} ${label}`,
  'event:subscribe': ({ scene }) => `Welcome from ${scene}`,
  'event:click': ({ key }) => [{ title: `About ${key}`, url: 'https://example.com/?a=1&b=2' }],
  default: ({ type, fields }) => `${type}: ${JSON.stringify(fields['Event'] ?? fields['MsgType'])}`,
};
