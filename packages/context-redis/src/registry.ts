import { randomUUID } from 'node:crypto';
import type { RegisteredRun, RunRegistry } from '@wechat-mp/core/stores';
import * as scripts from './delivery-scripts.ts';
import { createDeliveryKey } from './keys.ts';
import { type Connection, readJson } from './script.ts';

/** Maximum number of dead processes whose runs are resumed in one step. */
const MAX_EXPIRED = 10;

/** The registry is one set of keys for all accounts, so that a search for dead processes is one call. */
export function createRegistry(connection: Connection): RunRegistry {
  const self = randomUUID();
  const keysFor = (process: string) =>
    ['alive', `of:${process}`].map((name) => `${connection.prefix}{runs}:${name}`);
  const own = keysFor(self);

  /** Runs whose removal Redis did not confirm: it is asked again. */
  const unsure = new Map<string, { readonly process: string; readonly run: RegisteredRun }>();

  async function takeRun(process: string, name: string, run: RegisteredRun): Promise<boolean> {
    const keys = [...keysFor(process), own[1] as string];
    unsure.set(name, { process, run });
    const found = await scripts.takeExpired(
      connection,
      keys,
      process,
      name,
      self,
      JSON.stringify(run),
    );
    unsure.delete(name);
    return found !== null;
  }

  /** Adds the runs of a dead process to those that were taken. */
  async function takeFrom(
    process: string,
    isKnown: (account: string) => boolean,
    limit: number,
    taken: RegisteredRun[],
  ): Promise<void> {
    const keys = keysFor(process);
    let cursor = '0';
    do {
      const scanned = await scripts.scanRuns(connection, keys, process, cursor);
      const [next, entries] = scanned as [string, string[]];
      const known = readRuns(entries).filter(({ run }) => isKnown(run.account));
      await Promise.all(
        known.slice(0, limit - taken.length).map(async ({ name, run }) => {
          const isTaken = await takeRun(process, name, run).catch(() => false);
          if (isTaken) taken.push(run);
        }),
      );
      cursor = next;
    } while (cursor !== '0' && taken.length < limit);
  }

  return {
    async write(id, run, milliseconds) {
      const name = createDeliveryKey(connection, id);
      const lease = Math.ceil(milliseconds);
      await scripts.write(connection, own, self, lease, name, JSON.stringify(run));
    },
    async beat(milliseconds) {
      await scripts.beat(connection, own, self, Math.ceil(milliseconds));
    },
    async erase(id) {
      await scripts.erase(connection, own, self, createDeliveryKey(connection, id));
    },
    async takeExpired(isKnown, limit) {
      const taken: RegisteredRun[] = [];
      try {
        for (const [name, { process, run }] of unsure) {
          if (await takeRun(process, name, run)) taken.push(run);
        }
        const dead = await scripts.listExpired(connection, own.slice(0, 1), MAX_EXPIRED);
        for (const process of dead as string[]) {
          if (taken.length >= limit) break;
          await takeFrom(process, isKnown, limit, taken);
        }
      } catch (error) {
        // What was taken is nobody else's any more.
        if (taken.length === 0) throw error;
      }
      return taken;
    },
  };
}

/** Reads a flat list of alternating names and runs. */
function readRuns(entries: readonly string[]): { name: string; run: RegisteredRun }[] {
  return entries.flatMap((name, index) => {
    if (index % 2 === 1) return [];
    const json = entries[index + 1] as string;
    return { name, run: readJson<RegisteredRun>(json, 'a registered run') };
  });
}
