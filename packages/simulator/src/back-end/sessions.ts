/** The active sessions and their cookies. */
import { randomBytes, randomInt } from 'node:crypto';
import { type BackEndCall, mergeValues } from './call.ts';
import type { LiveSession } from './live-session.ts';
import { OWN } from './own.ts';
import type { World } from './world.ts';

const FOUR_DAYS = 4 * 86_400_000;
const PAST = 'Fri, 02 Jan 1970 00:00:00 GMT';

// Base64 ends in = and may hold + and /: readers that cut at the last = lose it.
const drawCookie = () => `${randomBytes(31).toString('base64')}+/=`;

export function openSession(world: World): LiveSession {
  const token = randomInt(100_000_000, 2_147_483_647);
  const session: LiveSession = {
    token,
    cookies: {
      slave_user: OWN.userName,
      slave_sid: drawCookie(),
      bizuin: OWN.fakeid,
      data_bizuin: OWN.fakeid,
      data_ticket: drawCookie(),
    },
    since: world.clock.now(),
  };
  world.live.set(token, session);
  return session;
}

/** Returns the session of a request: the token and all cookies must be those that were issued. */
export function findSession(world: World, call: BackEndCall): LiveSession | undefined {
  const session = world.live.get(Number(mergeValues(call)['token']));
  return session && isHeld(world, session, call) ? session : undefined;
}

/** Returns a session by its cookies alone, as for `GET /`. */
export function sessionOfCookies(world: World, call: BackEndCall): LiveSession | undefined {
  return [...world.live.values()].find((session) => isHeld(world, session, call));
}

function isHeld({ clock }: World, session: LiveSession, { cookies }: BackEndCall): boolean {
  const isYoung = clock.now() - session.since < FOUR_DAYS;
  const pairs = Object.entries(session.cookies);
  return isYoung && pairs.every(([name, value]) => cookies[name] === value);
}

/** Replaces the cookies of a session when that was asked for, and invalidates the former ones. */
export function turnCookies(world: World, session: LiveSession): string[] {
  if (!world.turnsCookies || !world.live.has(session.token)) return [];
  world.turnsCookies = false;
  session.cookies['slave_sid'] = drawCookie();
  session.cookies['data_ticket'] = drawCookie();
  return setCookies(session);
}

/** Writes cookies as the Python SDK does. */
export function cookieString({ cookies }: LiveSession): string {
  return Object.entries(cookies)
    .map(([name, value]) => `${name}=${value};`)
    .join('');
}

/**
 * Writes the cookies without `Secure`: this server uses http, over which a cookie jar would not
 * send them.
 */
function setCookies({ cookies }: LiveSession): string[] {
  // A jar goes by the time of the machine.
  const expires = new Date(Date.now() + FOUR_DAYS).toUTCString();
  return Object.entries(cookies).map(
    ([name, value]) => `${name}=${value}; Path=/; Expires=${expires}; HttpOnly`,
  );
}

/** Returns the cookies that a login sets and clears. */
export function loginCookies(session: LiveSession): string[] {
  return [
    `uuid=EXPIRED; Path=/; Expires=${PAST}; HttpOnly`,
    ...setCookies(session),
    // Cleared, but without a date: whoever keeps cookies must look at the value.
    'rand_info=EXPIRED; Path=/; HttpOnly',
  ];
}

/** Returns the cookies that a logout clears. */
export function clearCookies({ cookies }: LiveSession): string[] {
  return Object.keys(cookies).map((name) => `${name}=EXPIRED; Path=/; Expires=${PAST}; HttpOnly`);
}
