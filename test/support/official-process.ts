/** One process that calls the API, for tests that need several: `startCaller` forks this file. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { redisStores } from '@wechat-mp/context-redis';
import { OfficialClient, type OfficialClientOptions } from '@wechat-mp/core/official';
import { Redis } from 'ioredis';

export interface CallerSettings {
  readonly redisPort: number;
  readonly client: OfficialClientOptions;
}

/** How many calls at once; for so many calls, or so many milliseconds. */
export interface Work {
  readonly atOnce: number;
  readonly calls?: number;
  readonly milliseconds?: number;
}

export interface Done {
  readonly calls: number;
  /** What was wrong with those that failed. */
  readonly failures: string[];
  readonly warnings: string[];
}

export interface Caller {
  call(work: Work): Promise<Done>;
}

const children = new Set<ChildProcess>();

export async function startCaller(settings: CallerSettings): Promise<Caller> {
  const child = fork(fileURLToPath(import.meta.url), ['caller', JSON.stringify(settings)], {
    execArgv: ['--conditions=@wechat-mp/source', '--import', 'tsx'],
  });
  children.add(child);
  child.once('exit', () => children.delete(child));
  await once(child, 'message');
  return {
    async call(work) {
      const done = once(child, 'message');
      const ended = once(child, 'exit').then(() => {
        throw new Error('the process ended');
      });
      child.send(work);
      return ((await Promise.race([done, ended])) as [Done])[0];
    },
  };
}

export async function stopCallers(): Promise<void> {
  await Promise.all(
    [...children].map(async (child) => {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    }),
  );
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

if (process.argv[2] === 'caller') await serve(JSON.parse(process.argv[3] as string));
