/** The measurements, and what they are compared with. */
import type { Traffic } from './requests.ts';

/** A server: who, on what, in which mode. */
export type ServerName = string;

/** Servers of the quick run, each beside the one that it is compared with. */
export const QUICK: readonly ServerName[] = [
  'bare koa',
  'ours koa plain',
  'ours koa safe',
  'co-wechat koa plain',
  'co-wechat koa safe',
  'bare fastify',
  'ours fastify plain',
  'bare express',
  'ours express plain',
  'wechat express plain',
];

export const FULL: readonly ServerName[] = [
  'bare node',
  'ours node plain',
  'ours node safe',
  'bare koa',
  'ours koa plain',
  'ours koa safe',
  'ours koa redis',
  'co-wechat koa plain',
  'co-wechat koa safe',
  'bare fastify',
  'ours fastify plain',
  'ours fastify safe',
  'bare express',
  'ours express plain',
  'ours express safe',
  'wechat express plain',
  'wechat express safe',
  'node-easywechat express plain',
  'node-easywechat express safe',
];

/** The best public peer of a framework, and what share of what it adds may be added at most. */
export const TARGETS: readonly {
  readonly server: ServerName;
  readonly peer: ServerName;
  readonly share: number;
}[] = [
  { server: 'ours koa plain', peer: 'co-wechat koa plain', share: 0.2 },
  { server: 'ours koa safe', peer: 'co-wechat koa safe', share: 0.3 },
  { server: 'ours express plain', peer: 'wechat express plain', share: 0.2 },
  { server: 'ours express safe', peer: 'wechat express safe', share: 0.3 },
  { server: 'ours fastify plain', peer: 'ours koa plain', share: 1 },
];

/** The growing loads, from least to most. */
export const GROWTH: readonly {
  readonly what: string;
  readonly of: readonly {
    readonly size: string;
    readonly growth: object;
    readonly bytes?: number;
    readonly kind?: Traffic['kind'];
  }[];
}[] = [
  {
    what: 'handlers',
    of: [1, 10, 100].map((handlers) => ({ size: `${handlers}`, growth: { handlers } })),
  },
  {
    what: 'bytes of the text',
    of: [500, 5000, 50_000].map((bytes) => ({ size: `${bytes}`, growth: {}, bytes })),
  },
  {
    what: 'conversations in memory',
    of: [1000, 1_000_000].map((contexts) => ({ size: `${contexts}`, growth: { contexts } })),
  },
  {
    what: 'articles',
    of: [1, 2, 4, 8].map((articles) => ({
      size: `${articles}`,
      growth: { articles },
      kind: 'click' as const,
    })),
  },
];

export const TRAFFIC: Omit<Traffic, 'mode'> = { count: 60_000, users: 1000, size: 12 };
