/** Bots, each a process, that share a Redis. */
import { bundlePrograms, forkProgram, killProgram } from '../support/programs.ts';

export interface Bot {
  readonly address: string;
  readonly pid: number;
  readonly isRunning: () => boolean;
  readonly kill: () => Promise<void>;
}

export const TOKEN = 'BotProcess';
const BOT = 'test/long/processes/bot.ts';
const SLOW_WIRE = 'test/long/processes/slow-wire.ts';

/** For `beforeAll`. */
export const bundleBot = (): Promise<void> => bundlePrograms(BOT, SLOW_WIRE);

/** The reply window is in milliseconds; the stores may have a port of their own, on a slower way to Redis. */
export async function startBot(
  redisPort: number,
  replyWindow: number,
  storePort: number = redisPort,
): Promise<Bot> {
  const given = [TOKEN, redisPort, replyWindow, storePort].map(String);
  const { child, ready: port } = await forkProgram<number>(BOT, ...given);
  return {
    address: `http://127.0.0.1:${port}/wechat`,
    pid: child.pid as number,
    isRunning: () => child.exitCode === null && child.signalCode === null,
    kill: () => killProgram(child),
  };
}

/** Starts a proxy to a local server with a delay in milliseconds; returns its port. */
export async function startSlowWire(serverPort: number, milliseconds: number): Promise<number> {
  const { ready } = await forkProgram<number>(SLOW_WIRE, `${serverPort}`, `${milliseconds}`);
  return ready;
}
