import type { Clock } from '../clock.ts';
import type { ReplyStream } from '../exchange.ts';
import { toReply } from '../reply/render.ts';
import type { Reply, TextReply } from '../reply/reply.ts';
import { splitText, wholeSentences } from './text.ts';

export interface Following {
  readonly clock: Clock;
  /** Gives the milliseconds until the passive reply has to go; it may become later meanwhile. */
  readonly left: () => number;
  /** Milliseconds between the passive reply and the first late one; doubles with each, as their number is limited. */
  readonly interval: number;
  /** Stops the stream: what it has not given by then is not sent. */
  readonly stop: AbortSignal;
  /** Throws when what was yielded is no reply. */
  readonly check: (reply: Reply) => void;
  /** Answers the delivery when the stream has not ended by then; undefined when it gave nothing yet. */
  readonly answer: (reply: Reply | undefined) => void;
  /** Sends what came too late for the delivery. */
  readonly send: (reply: Reply) => void;
}

/** Follows a stream to its end; gives what is left to answer and to send then, the passive reply first. */
export async function follow(stream: ReplyStream, following: Following): Promise<Reply[]> {
  const { clock, left, stop, check, answer, send } = following;
  const pieces: Reply[] = [];
  /** The last piece, while what is yielded next may belong to it. */
  let growing: TextReply | undefined;
  let interval = following.interval;
  let isLate = false;
  let timer = clock.setTimeout(close, left());

  function close(): void {
    if (left() > 0) {
      timer = clock.setTimeout(close, left());
      return;
    }
    isLate = true;
    growing = undefined;
    const [first, ...more] = fit(pieces.splice(0));
    answer(first);
    more.forEach(send);
    timer = clock.setTimeout(flush, interval);
  }

  /** Sends what is whole; a sentence that still grows stays. */
  function flush(): void {
    const content = growing?.content ?? '';
    const end = wholeSentences(content);
    const whole = content.slice(0, end);
    const ready = pieces.splice(0, growing ? pieces.length - 1 : pieces.length);
    if (growing && end > 0) {
      ready.push(textReply(whole));
      growing.content = content.slice(end);
    }
    ready.forEach(send);
    if (ready.length > 0) interval *= 2;
    timer = clock.setTimeout(flush, interval);
  }

  async function gather(): Promise<void> {
    for await (const piece of stream) {
      if (stop.aborted) return;
      const reply = toReply(piece);
      if (!reply) continue;
      if (typeof piece !== 'string') {
        growing = undefined;
        check(reply);
        pieces.push(reply);
      } else if (growing) {
        growing.content += piece;
      } else {
        growing = textReply(piece);
        pieces.push(growing);
      }
    }
  }

  const stopped = new Promise<void>((resolve) => {
    stop.addEventListener('abort', () => resolve(), { once: true });
  });
  try {
    await Promise.race([gather(), stopped]);
  } finally {
    clock.clearTimeout(timer);
  }
  if (!isLate) return fit(pieces);
  return stop.aborted ? [] : pieces.filter((piece) => piece !== growing || growing.content !== '');
}

/** A passive text has the same limit as one that is pushed: what exceeds it comes after it. */
function fit([first, ...more]: readonly Reply[]): Reply[] {
  if (first?.type !== 'text') return first ? [first, ...more] : [];
  return [...splitText(first.content).map(textReply), ...more];
}

function textReply(content: string): TextReply {
  return { type: 'text', content };
}
