/** A bot that answers late, and sends late replies to the address in its query. */
import { wechat } from '@wechat-mp/core/fetch';

const pause = (milliseconds: number) =>
  new Promise<void>((resolve) => void setTimeout(resolve, milliseconds));

/** With `told`, the host is given the worker's context; else it does not know of what goes on. */
export async function fetch(request: Request, native?: unknown): Promise<Response> {
  const { searchParams } = new URL(request.url);
  const to = searchParams.get('to') ?? '';
  const answer = wechat(
    {
      token: 'TOKEN',
      replyWindow: 200,
      maxDeliveries: 1,
      pending: 'wait',
      lateReply: async (reply) => {
        await globalThis.fetch(to, { method: 'POST', body: JSON.stringify(reply) });
      },
    },
    {
      text: async ({ content }) => {
        await pause(1000);
        return `late ${content}`;
      },
    },
  );
  return answer(request, searchParams.has('told') ? native : undefined);
}
