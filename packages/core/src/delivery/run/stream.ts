import { askAgain } from '../../ask-again.ts';
import { type Awaitable, isPromise } from '../../awaitable.ts';
import type { Clock } from '../../clock.ts';
import type { Exchange, ReplyStream } from '../../exchange.ts';
import { toReply } from '../../reply/parse.ts';
import type { Reply, TextReply } from '../../reply/reply.ts';
import { splitText, wholeSentences } from '../../reply/split.ts';
import { messageKey } from '../../undelivered.ts';
import { HeldAnswer } from '../late/held-answer.ts';
import { AHEAD, complete, fitReply } from './completion.ts';
import { limitRun } from './heartbeat.ts';
import type { Run } from './run.ts';

/** The platform's timeout of 5 s in terms of the reply deadline of 4.5 s. */
const HANGS_UP = 10 / 9;

/** Answers with a stream: at the last deadline with what has arrived by then, and later with the rest. */
export async function answerStream(
  run: Run,
  exchange: Exchange,
  stream: ReplyStream,
): Promise<void> {
  const { account, id, message } = run;
  const { abortAtDeadline, clock, deliveries, interrupts, lateReply, logger, replyWindow } =
    account;
  let ending = undefined as Awaitable<void>;
  const send = (reply: Reply) => {
    if (run.isStale) return;
    run.said = [...run.said, reply];
    run.late.send(reply);
  };
  const unsaid: Reply[] = [];
  run.unsaid = unsaid;
  const isHeld = stream instanceof HeldAnswer;
  const isOne = () => isHeld && !stream.isStream;
  const unlisten = interrupts && deliveries.onInterrupt(id, () => isOne() || run.abort());
  let pieces: Reply[];
  try {
    const following = follow(stream, {
      clock,
      left: () => timeLeft(run),
      interval: replyWindow,
      stop: exchange.signal,
      isKept: isHeld,
      isWhole: abortAtDeadline,
      mayFlush: () => run.late.left > 1,
      check: (reply) => void fitReply(run, reply),
      begin: (reply) => {
        const fitted = fitReply(run, reply);
        run.hasResponded = true;
        run.said = [fitted.whole ?? reply];
        ending = complete(run, fitted);
        return ending;
      },
      close: () => {
        if (!abortAtDeadline) return;
        logger.warn(
          { message: messageKey(message) },
          'a stream was stopped at the deadline (abortAtDeadline)',
        );
        run.abort();
      },
      send,
      pieces: unsaid,
    });
    pieces = await limitRun(run, following, true);
  } catch (error) {
    // What has arrived follows the first words, which may be on their way to the store.
    run.unsaid = unsaid.filter((piece) => piece.type !== 'text' || piece.content !== '');
    await ending;
    throw error;
  } finally {
    unlisten?.();
  }
  if (run.hasResponded) {
    await ending;
    run.unsaid = [];
    pieces.forEach(send);
    // The user's next message may ask for them.
    if (lateReply === 'hold') await run.lateDone();
    const isOver = () => run.isStale || run.workload.isClosing;
    await run.transaction?.end(run.isKept, (save) => askAgain(clock, save, isOver));
    return;
  }
  const [first, ...rest] = pieces;
  // The first is on its way to the store.
  run.unsaid = rest;
  await complete(run, fitReply(run, first));
  if (!run.isStale) run.sendUnsaid();
}

/** Returns the milliseconds until a stream has to answer, so that its reply reaches the last delivery. */
function timeLeft({ account, closing, attempt }: Run): number {
  const { clock, maxDeliveries, replyWindow } = account;
  const windows = (maxDeliveries - attempt) * HANGS_UP - AHEAD;
  return closing + windows * replyWindow - clock.now();
}

interface Following {
  readonly clock: Clock;
  /** Returns the milliseconds until the passive reply has to be sent; may grow meanwhile. */
  readonly left: () => number;
  /**
   * Milliseconds between the passive reply and the first late one; doubles with each, as their
   * number is limited.
   */
  readonly interval: number;
  /** Stops the stream: what has not arrived by then is not sent. */
  readonly stop: AbortSignal;
  /** Whether all of what has arrived is sent all the same: held replies are in it. */
  readonly isKept: boolean;
  /** Whether nothing follows the passive reply, so that it contains everything available. */
  readonly isWhole: boolean;
  /** Whether there may be a late reply before the last one. */
  readonly mayFlush: () => boolean;
  /** Throws when a yielded value is not a reply. */
  readonly check: (reply: Reply) => void;
  /** Says the first words, which end the run in the store, so that no other process repeats them. */
  readonly begin: (reply: Reply) => Awaitable<void>;
  /** Called when the stream has not ended by the time of the passive reply. */
  readonly close: () => void;
  /** Sends what follows the first words. */
  readonly send: (reply: Reply) => void;
  /** The pieces that are not sent yet. */
  readonly pieces: Reply[];
}

/** Follows a stream to its end; returns the replies left to answer and to send, the passive one first. */
async function follow(stream: ReplyStream, following: Following): Promise<Reply[]> {
  const { clock, left, pieces, stop, check, begin, send } = following;
  /** The last piece, which the next yielded text may continue. */
  let growing: TextReply | undefined;
  let interval = following.interval;
  let isLate = false;
  let hasBegun = false;
  let isOver = false;
  /** How many pieces follow the first words at once, while those are on their way to the store. */
  let owed: number | undefined;
  let timer = clock.setTimeout(close, left());

  function close(): void {
    if (left() > 0) {
      timer = clock.setTimeout(close, left());
      return;
    }
    isLate = true;
    const ready = following.isWhole ? [] : takeWhole();
    // Without the end of a sentence it is better to show something than nothing.
    say(ready.length > 0 ? ready : takeAll());
    following.close();
    timer = clock.setTimeout(flush, interval);
  }

  function say(ready: Reply[]): void {
    if (hasBegun) return ready.forEach(send);
    const [first, ...more] = fit(ready);
    if (!first) return;
    hasBegun = true;
    const beginning = begin(first);
    if (!isPromise(beginning)) return more.forEach(send);
    owed = more.length;
    pieces.unshift(...more);
    const goOn = () => {
      owed = undefined;
      if (!isOver) pieces.splice(0, more.length).forEach(send);
    };
    beginning.then(goOn, goOn);
  }

  function flush(): void {
    const ready = owed === undefined && following.mayFlush() ? takeWhole() : [];
    say(ready);
    if (ready.length > 0) interval *= 2;
    timer = clock.setTimeout(flush, interval);
  }

  function takeAll(): Reply[] {
    growing = undefined;
    return pieces.splice(0);
  }

  /** Takes complete sentences; an incomplete one stays. */
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
      if (typeof piece === 'string' && piece !== '') addText(piece);
      else addReply(toReply(piece));
    }
  }

  function addText(text: string): void {
    if (growing) {
      growing.content += text;
      return;
    }
    growing = createText(text);
    pieces.push(growing);
  }

  function addReply(reply: Reply | undefined): void {
    if (!reply) return;
    growing = undefined;
    check(reply);
    pieces.push(reply);
  }

  const stopped = new Promise<void>((resolve) => {
    stop.addEventListener('abort', () => resolve(), { once: true });
  });
  try {
    await Promise.race([gather(), stopped]);
  } finally {
    isOver = true;
    clock.clearTimeout(timer);
  }
  if (!isLate) return fit(pieces);
  if (stop.aborted && !following.isKept) return pieces.slice(0, owed ?? 0);
  return pieces.filter((piece) => piece !== growing || growing.content !== '');
}

/** Moves text beyond the limit of a passive reply to the next one. */
function fit([first, ...more]: readonly Reply[]): Reply[] {
  if (first?.type !== 'text') return first ? [first, ...more] : [];
  const [passive = '', ...rest] = splitText(first.content);
  const late = rest.length > 0 ? [createText(rest.join(''))] : [];
  return [createText(passive), ...late, ...more];
}

function createText(content: string): TextReply {
  return { type: 'text', content };
}
