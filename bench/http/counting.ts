/** Counts what a server makes: bytes by who asked for them, and what Node keeps for asynchronous work. */
import { createHook } from 'node:async_hooks';
import { Session } from 'node:inspector/promises';

export interface Counted {
  /** Bytes that were allocated, by file of this project, package, or `node`. */
  readonly bytes: Readonly<Record<string, number>>;
  /** Promises, timers and other resources that were made, by their type. */
  readonly resources: Readonly<Record<string, number>>;
}

interface Node {
  readonly callFrame: { readonly url: string };
  readonly selfSize: number;
  readonly children: readonly Node[];
}

/** Bytes between two samples. */
const INTERVAL = 4096;

/** Counts bytes from now on, until the returned function is called. Sampled. */
export async function countBytes(): Promise<() => Promise<Counted['bytes']>> {
  const session = new Session();
  session.connect();
  await session.post('HeapProfiler.startSampling', {
    samplingInterval: INTERVAL,
    includeObjectsCollectedByMajorGC: true,
    includeObjectsCollectedByMinorGC: true,
  });
  return async () => {
    const { profile } = await session.post('HeapProfiler.stopSampling');
    session.disconnect();
    const bytes: Record<string, number> = {};
    const add = ({ callFrame, selfSize, children }: Node) => {
      const place = nameOwner(callFrame.url);
      bytes[place] = (bytes[place] ?? 0) + selfSize;
      for (const child of children) add(child);
    };
    add(profile.head);
    return bytes;
  };
}

/** Counts resources from now on, until the returned function is called. */
export function countResources(): () => Counted['resources'] {
  const resources: Record<string, number> = {};
  const hook = createHook({
    init: (_id, type) => {
      resources[type] = (resources[type] ?? 0) + 1;
    },
  }).enable();
  return () => {
    hook.disable();
    return resources;
  };
}

function nameOwner(url: string): string {
  const own = /packages\/(\w[\w-]*)\/dist\/(.+)\.js$/.exec(url);
  if (own) return `${own[1]}/${own[2]}`;
  const parts = url.split('/node_modules/');
  if (parts.length > 1) return (parts.at(-1) as string).split('/')[0] as string;
  return url.startsWith('node:') || url === '' ? 'node' : 'the handler';
}
