import type { Account } from '../account.ts';
import { type Answer, type Exchange, guard, isStream, type ReplyStream } from '../exchange.ts';
import { toReply } from '../reply/render.ts';
import type { Reply } from '../reply/reply.ts';
import { addressReply } from './ending.ts';
import { answerError } from './failure.ts';
import { keyOf } from './undelivered.ts';

/**
 * Puts the late replies that are held for the user before the answer to this message. The keyword
 * asks for nothing else; without a held reply it is a message like any other.
 */
export async function withHeld(
  exchange: Exchange,
  account: Account,
  dispatch: () => Promise<Answer>,
  onFailure: () => void,
): Promise<Answer> {
  if (account.lateReply !== 'hold') return dispatch();
  const { message } = exchange;
  const user = { account: account.id, openid: message.source };
  const held = await account.deliveries.takeHeld(user);
  if (held.length === 0) return dispatch();
  const isKeyword = message.type === 'text' && message.content.trim() === account.holdKeyword;
  // Failing must not cost the user what is held.
  const recover = async (error: unknown) => {
    onFailure();
    return (await answerError(error, exchange, account)).reply;
  };
  const answer = isKeyword
    ? undefined
    : dispatch()
        .then((given) =>
          isStream(given) ? guard(given, recover) : addressReply(given, exchange, account).reply,
        )
        .catch(recover);
  const readable = held.flatMap((text) => readReply(text) ?? []);
  if (readable.length < held.length) {
    account.logger.warn(keyOf(message), 'a held reply cannot be read, and was dropped');
  }
  return join(readable, answer);
}

/** Another program may have written what a store holds. */
function readReply(text: string): Reply | undefined {
  try {
    return toReply(JSON.parse(text) as Reply);
  } catch {
    return undefined;
  }
}

/** One text where both are text: the platform shows one reply to a message. */
async function* join(
  held: readonly Reply[],
  answer: Promise<Reply | ReplyStream | undefined> | undefined,
): ReplyStream {
  let isText = false;
  const paragraph = (text: string) => (isText ? `\n\n${text}` : text);
  for (const reply of held) {
    // It may be what was left of a longer text.
    yield reply.type === 'text' ? paragraph(reply.content.replace(/^\n+/, '')) : reply;
    isText = reply.type === 'text';
  }
  const given = await answer;
  if (!isStream(given)) {
    if (given) yield given.type === 'text' ? paragraph(given.content) : given;
    return;
  }
  for await (const piece of given) {
    yield typeof piece === 'string' ? paragraph(piece) : piece;
    isText = false;
  }
}
