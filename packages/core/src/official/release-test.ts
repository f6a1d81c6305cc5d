import { runInBackground } from '../background.ts';
import type { Middleware } from '../exchange.ts';
import type { Logger } from '../logger.ts';
import { isOfReleaseTest, readReleaseCode } from '../release-code.ts';

const TEXT = 'TESTCOMPONENT_MSG_TYPE_TEXT';

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
    if (!isOfReleaseTest(message)) return next();
    const { Event: event } = message.fields;
    if (typeof event === 'string') return `${event}from_callback`;
    if (message.type !== 'text') return next();
    if (message.content.trim() === TEXT) return `${TEXT}_callback`;
    const code = readReleaseCode(message);
    if (code === undefined) return next();
    // The platform wants the empty body first, and then the message.
    const send = () => sendText(code, message.source, `${code}_from_api`);
    runInBackground(send, logger, 'answering the release test of the platform');
    return null;
  };
}
