import { type Clock, describeError, type MessageClient, type Timer } from '@wechat-mp/core';

/**
 * Milliseconds between two calls: the platform shows typing for 15 seconds, and refuses a second
 * call within them.
 */
const AGAIN = 15_500;
/** Milliseconds below which an answer needs no typing indicator. */
const PATIENCE = 1_000;
/** Temporary refusals: no message within 30 seconds, or typing is shown already. */
const TEMPORARY: ReadonlySet<unknown> = new Set([45080, 45081]);

type Typing = (body: { touser: string; command: 'Typing' | 'CancelTyping' }) => Promise<unknown>;

/**
 * Shows a typing indicator (客服输入状态) until the returned function is called. Does nothing
 * without a client that supports it, and stops once the platform refuses it.
 */
export function showTyping(
  client: MessageClient | undefined,
  openid: string,
  clock: Clock,
): () => void {
  const custom = client?.message.custom as { typing?: Typing } | undefined;
  if (typeof custom?.typing !== 'function') return () => {};
  const call = async (command: 'Typing' | 'CancelTyping') =>
    custom.typing?.({ touser: openid, command });
  let hasEnded = false;
  let isShown = false;
  let timer = clock.setTimeout(show, PATIENCE);
  timer.unref?.();

  function show(): void {
    call('Typing').then(
      () => {
        isShown = true;
        // It came too late to be of use.
        if (hasEnded) hide();
        else wait();
      },
      (error: unknown) => {
        if (!hasEnded && TEMPORARY.has(readErrcode(error))) wait();
      },
    );
  }

  function wait(): void {
    timer = clock.setTimeout(show, AGAIN);
    timer.unref?.();
  }

  function hide(): void {
    call('CancelTyping').catch(() => undefined);
  }

  return () => {
    if (hasEnded) return;
    hasEnded = true;
    clock.clearTimeout(timer satisfies Timer);
    if (isShown) hide();
  };
}

function readErrcode(error: unknown): unknown {
  return (error as { errcode?: unknown } | undefined)?.errcode ?? describeError(error).code;
}
