import { runInBackground } from '../background.ts';
import type { Middleware } from '../exchange.ts';
import type { Logger } from '../logger.ts';

/** 原始ID of the accounts that the platform tests with: five 公众号 and five 小程序. */
const TEST_ACCOUNTS: readonly string[] = [
  'gh_3c884a361561',
  'gh_c0f28a78b318',
  'gh_3f222ed8d140',
  'gh_26128078e9ab',
  'gh_2b3713f184a6',
  'gh_8dad206e9538',
  'gh_905ae9d01059',
  'gh_393666f1fdf4',
  'gh_39abb5d4e1b7',
  'gh_7818dcb60240',
];
const TEXT = 'TESTCOMPONENT_MSG_TYPE_TEXT';
const CODE = 'QUERY_AUTH_CODE:';

/** Sends a text to a user of the account that issued the code. */
type SendText = (code: string, openid: string, content: string) => Promise<unknown>;

/**
 * Creates middleware that answers the platform's test before a third-party platform is published
 * (全网发布检测), and passes all other messages on.
 *
 * @see https://developers.weixin.qq.com/doc/oplatform/Third-party_Platforms/2.0/operation/thirdparty/releases_instructions.html
 */
export function createReleaseTest(sendText: SendText, logger: Logger): Middleware {
  return ({ message }, next) => {
    if (!TEST_ACCOUNTS.includes(message.target)) return next();
    const { Event: event } = message.fields;
    if (typeof event === 'string') return `${event}from_callback`;
    if (message.type !== 'text') return next();
    const content = message.content.trim();
    if (content === TEXT) return `${TEXT}_callback`;
    if (!content.startsWith(CODE)) return next();
    const code = content.slice(CODE.length);
    // The platform wants the empty answer first, and then the message.
    const send = () => sendText(code, message.source, `${code}_from_api`);
    runInBackground(send, logger, 'answering the release test of the platform');
    return null;
  };
}
