// bot.ts
import { redisStores } from '@wechat-mp/context-redis';
import { connect } from './redis.ts';

export { handlers } from './handlers.ts';

export const redis = connect();
export const options = { token: process.env['WECHAT_TOKEN'] ?? '', ...redisStores(redis) };
export const port = Number(process.env['PORT'] ?? 3000);

/** Ends on SIGTERM (containers, systemd) and on SIGINT (pm2, Ctrl+C). */
export function onStop(stop: () => Promise<unknown>): void {
  const end = async () => {
    await stop();
    redis.disconnect();
    // A worker of cluster or pm2 ends once it has left its parent.
    if (process.connected) process.disconnect();
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void end());
}
