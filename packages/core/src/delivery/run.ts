import type { Account } from '../account.ts';
import type { Exchange } from '../exchange.ts';
import { replyTree } from '../reply/render.ts';
import type { ReplyLike } from '../reply/reply.ts';
import type { Dispatch } from '../router.ts';
import type { Tree } from '../tree.ts';

/** Runs the handlers and gives the reply's tags, or undefined for `success`. Never rejects. */
export async function answer(
  exchange: Exchange,
  account: Account,
  dispatch: Dispatch,
): Promise<Tree | undefined> {
  try {
    return address(await dispatch(exchange), exchange, account);
  } catch (error) {
    return answerError(error, exchange, account);
  }
}

async function answerError(
  error: unknown,
  exchange: Exchange,
  account: Account,
): Promise<Tree | undefined> {
  try {
    if (account.onError) {
      return address(await account.onError(error, exchange), exchange, account);
    }
    account.logger.error({ err: error, ...keyOf(exchange) }, 'a handler failed; answered success');
  } catch (second) {
    account.logger.error(
      { err: second, cause: error, ...keyOf(exchange) },
      'onError failed itself; answered success',
    );
  }
  return undefined;
}

function address(reply: ReplyLike, { message }: Exchange, { logger }: Account): Tree | undefined {
  const to = { target: message.source, source: message.target, answering: message.type, logger };
  return replyTree(reply, to);
}

/** Nothing is dropped in silence: says which message's reply came too late. */
export function warnOfLoss(exchange: Exchange, { logger, replyWindow }: Account): void {
  logger.warn(
    keyOf(exchange),
    `a reply came after the delivery was over (replyWindow is ${replyWindow} ms) and was dropped`,
  );
}

function keyOf({ message }: Exchange): object {
  const { type, id, target, source, time } = message;
  return { type, id, target, source, time };
}
