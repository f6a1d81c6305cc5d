/** One module for each runtime: nothing of Node's but what all of them have. */
import { wechat } from '@wechat-mp/core/fetch';
import { accounts, handlers } from '../../tables/echo-bot.ts';

const answers = new Map(
  Object.entries(accounts).map(([name, account]) => [`/${name}`, wechat(account, handlers)]),
);

export async function fetch(request: Request, native?: unknown): Promise<Response> {
  const answer = answers.get(new URL(request.url).pathname);
  return answer?.(request, native) ?? new Response(null, { status: 404 });
}
