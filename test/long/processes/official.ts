/** One process that makes a given number of API calls. */
import { redisStores } from '@wechat-mp/context-redis';
import { OfficialClient, type OfficialClientOptions } from '@wechat-mp/core/official';
import { Redis } from 'ioredis';

export interface CallerSettings {
  readonly redisPort: number;
  readonly client: OfficialClientOptions;
}

/** Number of concurrent calls; until a number of calls, or of milliseconds. */
export interface Work {
  readonly atOnce: number;
  readonly calls?: number;
  readonly milliseconds?: number;
}

export interface Done {
  readonly calls: number;
  /** The errors of failed calls. */
  readonly failures: string[];
  readonly warnings: string[];
}

async function serve({ redisPort, client: options }: CallerSettings): Promise<void> {
  const redis = new Redis(redisPort, { maxRetriesPerRequest: 1, retryStrategy: () => 200 });
  redis.on('error', () => {});
  await redis.ping();
  const warnings: string[] = [];
  const warn = (_details: object, message: string) => void warnings.push(message);
  const logger = { error: warn, warn, info: () => {}, debug: () => {} };
  const client = new OfficialClient({
    ...options,
    ...redisStores(redis, { timeout: 500 }),
    logger,
  });
  process.on('message', (work: Work) => {
    const failures: string[] = [];
    const end = performance.now() + (work.milliseconds ?? Infinity);
    let calls = 0;
    const callOn = async () => {
      while (calls < (work.calls ?? Infinity) && performance.now() < end) {
        calls += 1;
        await client.callback.getCallbackIp().catch((error: Error) => failures.push(error.message));
      }
    };
    const all = Promise.all(Array.from({ length: work.atOnce }, callOn));
    void all.then(() => process.send?.({ calls, failures, warnings: warnings.splice(0) }));
  });
  process.send?.('ready');
}

await serve(JSON.parse(process.argv[2] as string));
