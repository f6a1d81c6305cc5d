/** Tokens, tickets and quotas of the account. */
import { randomBytes } from 'node:crypto';
import { type Call, type Endpoints, OK, type World } from './call.ts';
import type { TokenRequest } from './contract.ts';
import { demand, Refusal } from './refusal.ts';

const CLEARS_A_MONTH = 10;

export interface Account {
  readonly endpoints: Endpoints;
  readonly tokenRequests: TokenRequest[];
  /** Notes that a token is asked for, whatever becomes of it. */
  noteTokenRequest(call: Pick<Call, 'request'>): void;
  setIpRefused(ip: string | undefined): void;
  setQuota(path: string, left: number): void;
  /** Takes one call of the path's quota. */
  takeQuota(path: string): void;
}

export function createAccount(world: World): Account {
  const { tokens, now } = world;
  const { appid, appsecret, tokenLife } = world.options;
  const tokenRequests: TokenRequest[] = [];
  const quotas = new Map<string, number>();
  const tickets = new Map<string, { ticket: string; end: number }>();
  let refusedIp: string | undefined;
  let clears = 0;

  /** The appid is looked at before all else. */
  function checkIdentity(given: Readonly<Record<string, unknown>>): void {
    demand(given['appid'] === appid, given['appid'] ? 40013 : 41002);
    demand(given['grant_type'] === 'client_credential', 40002);
    demand(given['secret'] === appsecret, given['secret'] ? 40125 : 41004);
    if (refusedIp === undefined) return;
    const ips = `${refusedIp} ipv6 ::ffff:${refusedIp}`;
    throw new Refusal(40164, `invalid ip ${ips}, not in whitelist`);
  }

  function grant(token: string) {
    return { access_token: token, expires_in: tokens.secondsLeft(token) };
  }

  function giveTicket(type: string | undefined) {
    demand(type === 'jsapi' || type === 'wx_card', 40097);
    const kept = tickets.get(type);
    if (kept && kept.end > now()) return describeTicket(kept);
    const fresh = { ticket: randomBytes(43).toString('base64url'), end: now() + tokenLife * 1000 };
    tickets.set(type, fresh);
    return describeTicket(fresh);
  }

  function describeTicket({ ticket, end }: { ticket: string; end: number }) {
    return { ...OK, ticket, expires_in: Math.floor((end - now()) / 1000) };
  }

  function clearQuotas(): unknown {
    clears += 1;
    demand(clears <= CLEARS_A_MONTH, 48006);
    quotas.clear();
    return OK;
  }

  const endpoints: Endpoints = {
    '/cgi-bin/token': ({ query }) => {
      checkIdentity(query);
      return grant(tokens.issueClassic());
    },
    '/cgi-bin/stable_token': ({ given }) => {
      checkIdentity(given);
      return grant(tokens.askStable(given['force_refresh'] === true));
    },
    '/cgi-bin/ticket/getticket': ({ query }) => giveTicket(query['type']),
    '/cgi-bin/clear_quota': ({ given, holder }) => {
      demand(given['appid'] === (holder || appid), 40013);
      return clearQuotas();
    },
    '/cgi-bin/clear_quota/v2': ({ given, query }) => {
      const from = { ...query, ...given };
      demand(from['appid'] === appid, from['appid'] ? 40013 : 41002);
      demand(from['appsecret'] === appsecret, from['appsecret'] ? 40125 : 41004);
      return clearQuotas();
    },
    '/cgi-bin/openapi/quota/clear': ({ given }) => {
      const path = given['cgi_path'];
      demand(typeof path === 'string' && path.startsWith('/'), 76021);
      quotas.delete(path);
      return OK;
    },
  };

  return {
    endpoints,
    tokenRequests,
    noteTokenRequest({ request }) {
      const isStable = request.path === '/cgi-bin/stable_token';
      if (!isStable && request.path !== '/cgi-bin/token') return;
      const kind = isStable ? 'stable' : 'classic';
      const forced = Object(request.body)['force_refresh'] === true;
      tokenRequests.push({ at: now(), kind, forced });
    },
    setIpRefused: (ip) => {
      refusedIp = ip;
    },
    setQuota: (path, left) => void quotas.set(path, left),
    takeQuota(path) {
      const left = quotas.get(path);
      if (left === undefined) return;
      demand(left > 0, 45009);
      quotas.set(path, left - 1);
    },
  };
}
