import type { Account } from '../account.ts';
import type { Answer, Exchange, ReplyStream } from '../exchange.ts';
import { toReply } from '../reply/render.ts';
import type { Reply, ReplyLike } from '../reply/reply.ts';
import { answerError } from './failure.ts';
import { isStream } from './stream.ts';

/**
 * Puts the late replies that are held for the user before the answer to this message. The keyword
 * asks for nothing else; without a held reply it is a message like any other.
 */
export async function withHeld(
  exchange: Exchange,
  account: Account,
  dispatch: () => Promise<Answer>,
): Promise<Answer> {
  if (account.lateReply !== 'hold') return dispatch();
  const { message } = exchange;
  const user = { account: message.target, openid: message.source };
  const held = await account.deliveries.takeHeld(user);
  if (held.length === 0) return dispatch();
  const isKeyword = message.type === 'text' && message.content.trim() === account.holdKeyword;
  // Failing must not cost the user what is held.
  const answer = isKeyword
    ? undefined
    : dispatch().catch(
        async (error: unknown) => (await answerError(error, exchange, account)).reply,
      );
  return join(
    held.map((reply) => JSON.parse(reply) as Reply),
    answer,
  );
}

/** One text where both are text: the platform shows one reply to a message. */
async function* join(held: readonly Reply[], answer: Promise<Answer> | undefined): ReplyStream {
  let isText = false;
  const paragraph = (text: string) => (isText ? `\n\n${text}` : text);
  for (const reply of held) {
    yield reply.type === 'text' ? paragraph(reply.content) : reply;
    isText = reply.type === 'text';
  }
  const given = await answer;
  if (isStream(given)) {
    for await (const piece of given) {
      yield typeof piece === 'string' ? paragraph(piece) : piece;
      isText = false;
    }
    return;
  }
  const reply = toReply(given as ReplyLike);
  if (reply) yield reply.type === 'text' ? paragraph(reply.content) : reply;
}
