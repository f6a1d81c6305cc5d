import type { Awaitable } from '../awaitable.ts';
import type { Clock } from '../clock.ts';
import type { Exchange, ReplyStream } from '../exchange.ts';
import { toReply } from '../reply/parse.ts';
import type { Reply, TextReply } from '../reply/reply.ts';
import { splitText, wholeSentences } from '../reply/split.ts';
import { messageKey } from '../undelivered.ts';
import { complete, fitReply } from './completion.ts';
import { limitRun } from './heartbeat.ts';
import type { Run } from './run.ts';

/** The platform hangs up after 5 s and delivers again: in terms of the window, which is 4.5 s. */
const HANGS_UP = 10 / 9;
/** A stream answers this share of the last window before its end, so that other processes hear of it. */
const AHEAD = 1 / 20;

/** Answers with what a stream gives: in the last window what there is by then, and later the rest. */
export async function answerStream(
  run: Run,
  exchange: Exchange,
  stream: ReplyStream,
): Promise<void> {
  const { account, id, message } = run;
  const { abortAtDeadline, clock, deliveries, interrupts, logger, replyWindow } = account;
  let responding: { readonly done: Awaitable<void> } | undefined;
  const send = (reply: Reply) => {
    if (run.isStale) return;
    run.said = [...run.said, reply];
    run.late.send(reply);
  };
  const unlisten = interrupts && deliveries.onInterrupt(id, () => run.abort());
  let pieces: Reply[];
  try {
    const following = follow(stream, {
      clock,
      left: () => timeLeft(run),
      interval: replyWindow,
      stop: exchange.signal,
      isWhole: abortAtDeadline,
      mayFlush: () => run.late.left > 1,
      check: (reply) => void fitReply(run, reply),
      answer: (reply) => {
        if (reply) {
          run.hasResponded = true;
          run.said = [...run.said, reply];
          responding = { done: complete(run, fitReply(run, reply), 2 * AHEAD * replyWindow) };
        }
        if (!abortAtDeadline) return;
        logger.warn(
          { message: messageKey(message) },
          'a stream was stopped at the deadline (abortAtDeadline)',
        );
        run.abort();
      },
      send,
    });
    pieces = await limitRun(run, following, true);
  } finally {
    unlisten?.();
  }
  if (responding) {
    await run.transaction?.end(run.isKept);
    await responding.done;
    pieces.forEach(send);
    return;
  }
  const [first, ...rest] = pieces;
  await complete(run, fitReply(run, first));
  if (!run.isStale) for (const piece of rest) run.late.send(piece, 'rest');
}

/** Milliseconds until a stream has to answer, so that its reply reaches the last delivery. */
function timeLeft({ account, closing, attempt }: Run): number {
  const { clock, maxDeliveries, replyWindow } = account;
  const windows = (maxDeliveries - attempt) * HANGS_UP - AHEAD;
  return closing + windows * replyWindow - clock.now();
}

interface Following {
  readonly clock: Clock;
  /** Gives the milliseconds until the passive reply has to go; it may become later meanwhile. */
  readonly left: () => number;
  /** Milliseconds between the passive reply and the first late one; doubles with each, as their number is limited. */
  readonly interval: number;
  /** Stops the stream: what it has not given by then is not sent. */
  readonly stop: AbortSignal;
  /** Whether nothing comes after the passive reply, so that it has all there is by then. */
  readonly isWhole: boolean;
  /** Whether there may be a late reply before the last one. */
  readonly mayFlush: () => boolean;
  /** Throws when what was yielded is no reply. */
  readonly check: (reply: Reply) => void;
  /** Answers the delivery when the stream has not ended by then; undefined when it gave nothing yet. */
  readonly answer: (reply: Reply | undefined) => void;
  /** Sends what came too late for the delivery. */
  readonly send: (reply: Reply) => void;
}

/** Follows a stream to its end; gives what is left to answer and to send then, the passive reply first. */
async function follow(stream: ReplyStream, following: Following): Promise<Reply[]> {
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
    const ready = following.isWhole ? [] : takeWhole();
    // Without the end of a sentence it is better to show something than nothing.
    const [first, ...more] = fit(ready.length > 0 ? ready : takeAll());
    answer(first);
    more.forEach(send);
    timer = clock.setTimeout(flush, interval);
  }

  function flush(): void {
    const ready = following.mayFlush() ? takeWhole() : [];
    ready.forEach(send);
    if (ready.length > 0) interval *= 2;
    timer = clock.setTimeout(flush, interval);
  }

  function takeAll(): Reply[] {
    growing = undefined;
    return pieces.splice(0);
  }

  /** Takes what is whole; a sentence that still grows stays. */
  function takeWhole(): Reply[] {
    const content = growing?.content ?? '';
    const end = wholeSentences(content);
    if (growing && end === content.length) return takeAll();
    const ready = pieces.splice(0, growing ? pieces.length - 1 : pieces.length);
    if (growing && end > 0) {
      ready.push(createText(content.slice(0, end)));
      growing.content = content.slice(end);
    }
    return ready;
  }

  async function gather(): Promise<void> {
    for await (const piece of stream) {
      if (stop.aborted) return;
      // A word of a stream is a word, also `success`.
      const reply = typeof piece === 'string' && piece ? createText(piece) : toReply(piece);
      if (!reply) continue;
      if (typeof piece !== 'string') {
        growing = undefined;
        check(reply);
        pieces.push(reply);
      } else if (growing) {
        growing.content += piece;
      } else {
        growing = createText(piece);
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
  const [passive = '', ...rest] = splitText(first.content);
  const late = rest.length > 0 ? [createText(rest.join(''))] : [];
  return [createText(passive), ...late, ...more];
}

function createText(content: string): TextReply {
  return { type: 'text', content };
}
