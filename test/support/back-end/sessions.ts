/** The sessions that live, and their cookies. */
import { randomBytes, randomInt } from 'node:crypto';
import type { Call } from './call.ts';
import { givenOf } from './call.ts';
import { OWN } from './own.ts';

export interface LiveSession {
  readonly token: number;
  readonly cookies: Readonly<Record<string, string>>;
}

export interface Sessions {
  readonly live: Map<number, LiveSession>;
}

export function openSession(sessions: Sessions): LiveSession {
  const token = randomInt(100_000_000, 2_147_483_647);
  const session: LiveSession = {
    token,
    cookies: {
      slave_user: OWN.userName,
      // Base64 ends in = and may hold + and /: readers that cut at the last = lose it.
      slave_sid: `${randomBytes(31).toString('base64')}+/=`,
      bizuin: OWN.fakeid,
      data_bizuin: OWN.fakeid,
      data_ticket: `${randomBytes(28).toString('base64')}/+==`,
    },
  };
  sessions.live.set(token, session);
  return session;
}

/** The session of a request: its token and all its cookies have to be those that were given out. */
export function sessionOf(sessions: Sessions, call: Call): LiveSession | undefined {
  const session = sessions.live.get(Number(givenOf(call)['token']));
  return session && holdsCookies(session, call) ? session : undefined;
}

/** By its cookies alone, as `GET /` knows it. */
export function sessionOfCookies(sessions: Sessions, call: Call): LiveSession | undefined {
  return [...sessions.live.values()].find((session) => holdsCookies(session, call));
}

function holdsCookies(session: LiveSession, { cookies }: Call): boolean {
  return Object.entries(session.cookies).every(([name, value]) => cookies[name] === value);
}

/** As the Python SDK writes cookies down. */
export function cookieString({ cookies }: LiveSession): string {
  return Object.entries(cookies)
    .map(([name, value]) => `${name}=${value};`)
    .join('');
}

const FOUR_DAYS = 4 * 86_400_000;

/** The platform marks them `Secure`; this server speaks http, over which a jar would not send them. */
export function setCookies({ cookies }: LiveSession): string[] {
  const expires = new Date(Date.now() + FOUR_DAYS).toUTCString();
  return Object.entries(cookies).map(
    ([name, value]) => `${name}=${value}; Path=/; Expires=${expires}; HttpOnly`,
  );
}

export const PAST = 'Fri, 02 Jan 1970 00:00:00 GMT';

/** How the platform clears a cookie; with no date it lives on, and says EXPIRED. */
export function clearCookie(name: string, expires?: string): string {
  return `${name}=EXPIRED; Path=/${expires ? `; Expires=${expires}` : ''}; HttpOnly`;
}
