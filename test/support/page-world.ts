/** A simulator with the bot of a test, and that bot's own client of the API. */
import { createWebhook, type HandlersLike } from '@wechat-mp/core';
import { OfficialClient } from '@wechat-mp/core/official';
import { createSimulator, type Simulator } from '@wechat-mp/simulator';

const TOKEN = 'PageToken';
const ACCOUNT = { appid: 'wx5823bf96d3bd56c7', appsecret: 'ca5e0123456789abcdef0123456789ab' };
const QUIET = { error() {}, warn() {}, info() {}, debug() {} };

export interface PageWorld {
  readonly simulator: Simulator;
  readonly client: OfficialClient;
}

export interface PageWorldOptions {
  /** Makes it the safe mode. */
  readonly key?: string;
  readonly clock?: 'real' | 'virtual';
  /** Makes it 微信云托管, which pushes in this format. */
  readonly cloud?: 'json' | 'xml';
}

/** Starts one; the bot is what answers, or an address. */
export async function createPageWorld(
  bot: HandlersLike | string,
  { key: encodingAESKey, clock = 'real', cloud }: PageWorldOptions = {},
): Promise<PageWorld> {
  const key = encodingAESKey && { encodingAESKey };
  const secrets = { token: TOKEN, appid: ACCOUNT.appid, ...key };
  const target =
    typeof bot === 'string'
      ? bot
      : createWebhook({ ...(cloud ? { source: 'cloud' as const } : secrets), logger: QUIET }, bot);
  const account = { ...ACCOUNT, title: 'My account' };
  const simulator = await createSimulator({
    ...secrets,
    ...account,
    ...(cloud && { cloud }),
    target,
    clock,
  });
  const client = new OfficialClient({ ...ACCOUNT, baseUrl: simulator.api.url, retry: 0 });
  return { simulator, client };
}
