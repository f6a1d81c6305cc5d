/** Tokens and tickets of the account, and the addresses of the platform. */
import { randomBytes } from 'node:crypto';
import { type Endpoints, type JsonFields, OK, type Platform } from './call.ts';
import { ApiRefusal, demand } from './refusal.ts';
import { LIFE } from './tokens.ts';

const ACTIONS = ['all', 'dns', 'ping'];
const OPERATORS = ['DEFAULT', 'CHINANET', 'UNICOM', 'CAP'];

export interface AccountApi {
  readonly endpoints: Endpoints;
  readonly setIpRefused: (ip: string | undefined) => void;
}

export function createAccount({ world, tokens }: Platform): AccountApi {
  const { appid, appsecret } = world.account;
  const tickets = new Map<string, { ticket: string; end: number }>();
  let refusedIp: string | undefined;

  /** Checks the appid before anything else. */
  function checkIdentity(given: JsonFields): void {
    demand(given['appid'] === appid, given['appid'] ? 40013 : 41002);
    demand(given['grant_type'] === 'client_credential', 40002);
    demand(given['secret'] === appsecret, given['secret'] ? 40125 : 41004);
    if (refusedIp === undefined) return;
    const ips = `${refusedIp} ipv6 ::ffff:${refusedIp}`;
    throw new ApiRefusal(40164, `invalid ip ${ips}, not in whitelist`);
  }

  function grant(token: string) {
    return { access_token: token, expires_in: tokens.secondsLeft(token) };
  }

  function giveTicket(type: string | undefined) {
    demand(type === 'jsapi' || type === 'wx_card', 40097);
    const now = world.clock.now();
    const kept = tickets.get(type);
    const isAlive = kept && kept.end > now;
    const ticket = randomBytes(43).toString('base64url');
    const { ticket: given, end } = isAlive ? kept : { ticket, end: now + LIFE };
    tickets.set(type, { ticket: given, end });
    return { ...OK, ticket: given, expires_in: Math.floor((end - now) / 1000) };
  }

  return {
    endpoints: {
      '/cgi-bin/token': ({ query }) => {
        checkIdentity(query);
        return grant(tokens.issueClassic());
      },
      '/cgi-bin/stable_token': ({ given }) => {
        checkIdentity(given);
        return grant(tokens.askStable(given['force_refresh'] === true));
      },
      '/cgi-bin/ticket/getticket': ({ query }) => giveTicket(query['type']),
      '/cgi-bin/getcallbackip': () => ({ ip_list: ['127.0.0.1'] }),
      '/cgi-bin/get_api_domain_ip': () => ({ ip_list: ['127.0.0.1'] }),
      '/cgi-bin/callback/check': ({ given: { action, check_operator: operator } }) => {
        demand(ACTIONS.includes(String(action)), 40202);
        demand(OPERATORS.includes(String(operator)), 40203);
        return {
          ...(action !== 'ping' && { dns: [{ ip: '127.0.0.1', real_operator: operator }] }),
          ...(action !== 'dns' && {
            ping: [
              { ip: '127.0.0.1', from_operator: operator, package_loss: '0%', time: '1.000ms' },
            ],
          }),
        };
      },
    },
    setIpRefused: (ip) => {
      refusedIp = ip;
    },
  };
}
