/** The daily quotas of paths, and their counts. */
import { type Endpoints, OK, type Platform } from './call.ts';
import { isPath } from './catalogue.ts';
import { demand } from './refusal.ts';

const CLEARS_A_MONTH = 10;
/** Days are in Beijing time. */
const BEIJING = 8 * 3_600_000;

/** The daily quotas of a new account. */
const DAILY: ReadonlyMap<string, number> = new Map([
  ['/cgi-bin/token', 2000],
  ['/cgi-bin/menu/create', 1000],
  ['/cgi-bin/menu/get', 10_000],
  ['/cgi-bin/menu/delete', 1000],
  ['/cgi-bin/menu/addconditional', 2000],
  ['/cgi-bin/menu/delconditional', 2000],
  ['/cgi-bin/menu/trymatch', 20_000],
  ['/cgi-bin/media/upload', 100_000],
  ['/cgi-bin/media/get', 200_000],
  ['/cgi-bin/message/custom/send', 500_000],
  ['/cgi-bin/message/mass/sendall', 100],
  ['/cgi-bin/message/mass/send', 100],
  ['/cgi-bin/message/mass/preview', 100],
  ['/cgi-bin/message/template/send', 100_000],
  ['/cgi-bin/qrcode/create', 100_000],
  ['/cgi-bin/user/get', 500],
  ['/cgi-bin/user/info', 5_000_000],
  ['/cgi-bin/user/info/updateremark', 10_000],
]);
/** The quota of a path whose limit is not documented. */
const OTHERWISE = 1_000_000;

export interface Quotas {
  readonly endpoints: Endpoints;
  /** Sets the number of calls left for today. */
  readonly set: (path: string, left: number) => void;
  /** Counts one call of a path. */
  readonly take: (path: string) => void;
}

export function createQuotas({ world }: Platform): Quotas {
  const { appid, appsecret } = world.account;
  const used = new Map<string, number>();
  const limits = new Map<string, number>();
  let day = today();
  let clears = { month: '', count: 0 };

  function today(): string {
    return new Date(world.clock.now() + BEIJING).toISOString().slice(0, 10);
  }

  function beginDay(): void {
    if (day === today()) return;
    day = today();
    clear();
  }

  function clear(): void {
    used.clear();
    limits.clear();
  }

  const getLimit = (path: string) => limits.get(path) ?? DAILY.get(path) ?? OTHERWISE;

  function clearAll(): unknown {
    const month = today().slice(0, 7);
    if (clears.month !== month) clears = { month, count: 0 };
    clears.count += 1;
    demand(clears.count <= CLEARS_A_MONTH, 48006);
    clear();
    return OK;
  }

  function checkPath(path: unknown): string {
    demand(typeof path === 'string' && path.startsWith('/'), 76021);
    demand(!path.startsWith('/sns/'), 76022);
    demand(isPath(path), 76021);
    return path;
  }

  const endpoints: Endpoints = {
    '/cgi-bin/clear_quota': ({ given, holder }) => {
      demand(given['appid'] === (holder || appid), 40013);
      return clearAll();
    },
    '/cgi-bin/clear_quota/v2': ({ given, query }) => {
      const from = { ...query, ...given };
      demand(from['appid'] === appid, from['appid'] ? 40013 : 41002);
      demand(from['appsecret'] === appsecret, from['appsecret'] ? 40125 : 41004);
      return clearAll();
    },
    '/cgi-bin/openapi/quota/clear': ({ given }) => {
      const path = checkPath(given['cgi_path']);
      used.delete(path);
      limits.delete(path);
      return OK;
    },
    '/cgi-bin/openapi/quota/get': ({ given }) => {
      const path = checkPath(given['cgi_path']);
      const [limit, count] = [getLimit(path), used.get(path) ?? 0];
      return { ...OK, quota: { daily_limit: limit, used: count, remain: limit - count } };
    },
  };

  return {
    endpoints,
    set: (path, left) => {
      beginDay();
      limits.set(path, (used.get(path) ?? 0) + left);
    },
    take(path) {
      beginDay();
      const count = used.get(path) ?? 0;
      demand(count < getLimit(path), 45009);
      used.set(path, count + 1);
    },
  };
}
