import type { Account } from '../account.ts';
import { openSession, type Session } from '../context/session.ts';
import { ContextConflictError, ContextStoreError } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import type { Message } from '../message/message.ts';
import { replyTree } from '../reply/render.ts';
import type { ReplyLike } from '../reply/reply.ts';
import type { Dispatch } from '../router.ts';
import type { Tree } from '../tree.ts';

/**
 * Runs the handlers on the user's context and gives the reply's tags, or undefined for `success`.
 *
 * Rejects only when the context could not be had or kept and no `onError` answers for it: the
 * platform's next try may find the store again.
 */
export async function run(
  parts: Omit<Exchange, 'context'>,
  account: Account,
  dispatch: Dispatch,
): Promise<Tree | undefined> {
  const { target, source } = parts.message;
  let session: Session;
  try {
    session = await openSession(account, { account: target, openid: source });
  } catch (error) {
    return answerError(error, withoutContext(parts, error), account);
  }
  const exchange: Exchange = { ...parts, context: session.context };
  try {
    const tree = address(await dispatch(exchange), exchange, account);
    await session.commit();
    return tree;
  } catch (error) {
    // Not waited for: a store that is gone would cost the answer its time.
    session.abandon().catch(() => {});
    return answerError(error, exchange, account);
  }
}

async function answerError(
  error: unknown,
  exchange: Exchange,
  account: Account,
): Promise<Tree | undefined> {
  const isOfContext = error instanceof ContextStoreError || error instanceof ContextConflictError;
  if (isOfContext && !account.onError) throw error;
  try {
    if (account.onError) {
      return address(await account.onError(error, exchange), exchange, account);
    }
    account.logger.error(
      { err: error, ...keyOf(exchange.message) },
      'a handler failed; answered success',
    );
  } catch (second) {
    if (isOfContext && second === error) throw error;
    account.logger.error(
      { err: second, cause: error, ...keyOf(exchange.message) },
      'onError failed itself; answered success',
    );
  }
  return undefined;
}

function withoutContext(parts: Omit<Exchange, 'context'>, error: unknown): Exchange {
  return {
    ...parts,
    get context(): never {
      throw error;
    },
  };
}

function address(reply: ReplyLike, { message }: Exchange, { logger }: Account): Tree | undefined {
  const to = { target: message.source, source: message.target, answering: message.type, logger };
  return replyTree(reply, to);
}

/** Nothing is dropped in silence: says which message's reply came too late. */
export function warnOfLoss(message: Message, { logger, replyWindow }: Account): void {
  logger.warn(
    keyOf(message),
    `a reply came after the delivery was over (replyWindow is ${replyWindow} ms) and was dropped`,
  );
}

/** The same for a run that failed when nobody waited for it any more. */
export function warnOfFailure(error: unknown, message: Message, { logger }: Account): void {
  logger.error({ err: error, ...keyOf(message) }, 'a handler failed after the delivery was over');
}

function keyOf({ type, id, target, source, time }: Message): object {
  return { type, id, target, source, time };
}
