// How a bot stops without a loss, on SIGTERM: what goes on is waited for, and what comes meanwhile is
// answered 503, so that WeChat delivers it again, to another process or to this one's successor.
import type { Webhook } from '@wechat-mp/core';

/** Ends a server once its webhooks have ended what they work on. */
export function stopOnSigterm(
  server: { close(): unknown },
  ...webhooks: readonly Pick<Webhook, 'close'>[]
): void {
  const stop = async () => {
    await Promise.all(webhooks.map((webhook) => webhook.close()));
    server.close();
  };
  process.once('SIGTERM', () => void stop());
}
