/** Rounds of all servers, interleaved and reversed, and the medians of what they gave. */
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { type Load, type Measured, measureRound } from './measure.ts';
import { type Traffic, writeRequests } from './requests.ts';
import { TRAFFIC } from './tables.ts';

export const FOLDER = fileURLToPath(new URL('../.cache', import.meta.url));

export interface Subject {
  readonly name: string;
  /** The server that is started; default: the name. */
  readonly server?: string;
  readonly traffic?: Partial<Traffic>;
  readonly env?: NodeJS.ProcessEnv;
}

export interface Row extends Measured {
  readonly name: string;
  /** CPU microseconds of each round. */
  readonly rounds: readonly number[];
}

export interface Rounds extends Omit<Load, 'requests'> {
  readonly rounds: number;
}

/** Compiles the servers, so that they run as users' do: on the packages as they are built. */
export async function compileServers(): Promise<string> {
  const outfile = `${FOLDER}/servers.mjs`;
  const entry = fileURLToPath(new URL('servers.ts', import.meta.url));
  const options = { bundle: true, packages: 'external', platform: 'node', format: 'esm' } as const;
  await build({ entryPoints: [entry], outfile, ...options });
  return outfile;
}

export async function measureSeries(
  script: string,
  subjects: readonly Subject[],
  { rounds, ...load }: Rounds,
): Promise<Row[]> {
  const measured = new Map<string, Measured[]>(subjects.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const subject of round % 2 === 0 ? subjects : subjects.toReversed()) {
      const { name, server = name, env } = subject;
      const mode = server.endsWith('safe') ? 'safe' : 'plain';
      const requests = writeRequests(FOLDER, { mode, ...TRAFFIC, ...subject.traffic });
      const one = await measureRound(script, server, { ...load, requests }, env);
      console.error(`${round + 1}/${rounds} ${name}: ${one.cpu.toFixed(1)} µs`);
      measured.get(name)?.push(one);
    }
  }
  return Array.from(measured, ([name, all]) => ({
    name,
    cpu: takeMedian(all.map(({ cpu }) => cpu)),
    rate: takeMedian(all.map(({ rate }) => rate)),
    p50: takeMedian(all.map(({ p50 }) => p50)),
    p99: takeMedian(all.map(({ p99 }) => p99)),
    delay: takeMedian(all.map(({ delay }) => delay)),
    memory: takeMedian(all.map(({ memory }) => memory)),
    failed: all.reduce((sum, { failed }) => sum + failed, 0),
    requests: all.reduce((sum, { requests }) => sum + requests, 0),
    rounds: all.map(({ cpu }) => cpu),
  }));
}

export function takeMedian(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}
