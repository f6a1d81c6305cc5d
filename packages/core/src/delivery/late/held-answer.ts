import type { Account } from '../../account.ts';
import { type Answer, guard, isStream, type ReplyStream } from '../../exchange.ts';
import type { Message } from '../../message/message.ts';
import { toReply } from '../../reply/parse.ts';
import type { Reply } from '../../reply/reply.ts';
import { messageKey } from '../../undelivered.ts';

/** Options of held replies. */
interface HeldOptions {
  readonly account: Account;
  readonly dispatch: () => Answer | Promise<Answer>;
  /** Checks that an answer is a reply. */
  readonly check: (answer: Awaited<Exclude<Answer, ReplyStream>>) => Reply | undefined;
  /** Answers for failed handlers: their failure must not lose held replies. */
  readonly recover: (error: unknown) => Promise<Reply | undefined>;
}

/**
 * Puts held late replies before the answer to this message. The keyword asks for nothing else;
 * without a held reply it is an ordinary message.
 */
export async function withHeld(
  message: Message,
  { account, dispatch, check, recover }: HeldOptions,
): Promise<Answer> {
  const user = { account: account.id, openid: message.source };
  const held = await account.deliveries.takeHeld(user);
  if (held.length === 0) return dispatch();
  const isKeyword = message.type === 'text' && message.content.trim() === account.holdKeyword;
  const answer = isKeyword ? undefined : answerSafely();
  async function answerSafely(): Promise<Reply | ReplyStream | undefined> {
    try {
      const given = await dispatch();
      return isStream(given) ? guard(given, recover) : check(given);
    } catch (error) {
      return recover(error);
    }
  }
  const readable = held.flatMap((text) => readReply(text) ?? []);
  if (readable.length < held.length) {
    account.logger.warn(
      { message: messageKey(message) },
      'could not read a held reply; it was dropped',
    );
  }
  return new HeldAnswer(readable, answer);
}

/** Parses a held reply, which another program may have written. */
function readReply(text: string): Reply | undefined {
  try {
    return toReply(JSON.parse(text) as Reply);
  } catch {
    return undefined;
  }
}

/** Held replies, and the answer that follows them: as one text where both are texts. */
export class HeldAnswer implements ReplyStream {
  readonly held: readonly Reply[];
  readonly #answer: Promise<Reply | ReplyStream | undefined> | undefined;
  /** Whether the answer is a stream, which may be interrupted. */
  isStream = false;

  constructor(
    held: readonly Reply[],
    answer: Promise<Reply | ReplyStream | undefined> | undefined,
  ) {
    this.held = held;
    this.#answer = answer;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string | Reply> {
    let isText = false;
    const paragraph = (text: string) => (isText ? `\n\n${text}` : text);
    for (const reply of joinHeld(this.held)) {
      yield reply.type === 'text' ? reply.content : reply;
      isText = reply.type === 'text';
    }
    const given = await this.#answer;
    if (!isStream(given)) {
      if (given) yield given.type === 'text' ? paragraph(given.content) : given;
      return;
    }
    this.isStream = true;
    for await (const piece of given) {
      yield typeof piece === 'string' ? paragraph(piece) : piece;
      isText = false;
    }
  }
}

/** Joins replies: texts that follow one another become one, with empty lines between them. */
export function joinHeld(replies: readonly Reply[]): Reply[] {
  const joined: Reply[] = [];
  for (const reply of replies) {
    // It may be what was left of a longer text.
    const content = reply.type === 'text' ? reply.content.replace(/^\n+/, '') : undefined;
    const last = joined.at(-1);
    if (content === undefined) joined.push(reply);
    else if (last?.type !== 'text') joined.push({ type: 'text', content });
    else joined[joined.length - 1] = { type: 'text', content: `${last.content}\n\n${content}` };
  }
  return joined;
}
