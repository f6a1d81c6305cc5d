/** The sessions that live, and their cookies. */
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

/** The session of a request: its token and all its cookies have to be those that were given out. */
export function findSession(world: World, call: BackEndCall): LiveSession | undefined {
  const session = world.live.get(Number(mergeValues(call)['token']));
  return session && isHeld(world, session, call) ? session : undefined;
}

/** By its cookies alone, as `GET /` knows it. */
export function sessionOfCookies(world: World, call: BackEndCall): LiveSession | undefined {
  return [...world.live.values()].find((session) => isHeld(world, session, call));
}

function isHeld({ clock }: World, session: LiveSession, { cookies }: BackEndCall): boolean {
  const isYoung = clock.now() - session.since < FOUR_DAYS;
  const pairs = Object.entries(session.cookies);
  return isYoung && pairs.every(([name, value]) => cookies[name] === value);
}

/** Gives a session other cookies, where that was asked for; those before are of no use any more. */
export function turnCookies(world: World, session: LiveSession): string[] {
  if (!world.turnsCookies || !world.live.has(session.token)) return [];
  world.turnsCookies = false;
  session.cookies['slave_sid'] = drawCookie();
  session.cookies['data_ticket'] = drawCookie();
  return setCookies(session);
}

/** As the Python SDK writes cookies down. */
export function cookieString({ cookies }: LiveSession): string {
  return Object.entries(cookies)
    .map(([name, value]) => `${name}=${value};`)
    .join('');
}

/** The platform marks them `Secure`; this server speaks http, over which a jar would not send them. */
function setCookies({ cookies }: LiveSession): string[] {
  // A jar goes by the time of the machine.
  const expires = new Date(Date.now() + FOUR_DAYS).toUTCString();
  return Object.entries(cookies).map(
    ([name, value]) => `${name}=${value}; Path=/; Expires=${expires}; HttpOnly`,
  );
}

/** What a login sets and clears. */
export function loginCookies(session: LiveSession): string[] {
  return [
    `uuid=EXPIRED; Path=/; Expires=${PAST}; HttpOnly`,
    ...setCookies(session),
    // Cleared, but without a date: whoever keeps cookies must look at the value.
    'rand_info=EXPIRED; Path=/; HttpOnly',
  ];
}

/** What a logout clears. */
export function clearCookies({ cookies }: LiveSession): string[] {
  return Object.keys(cookies).map((name) => `${name}=EXPIRED; Path=/; Expires=${PAST}; HttpOnly`);
}
