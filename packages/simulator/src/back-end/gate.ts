/** The steps before the row of a request: replaced answers, the session, the rate limit. */
import type { BackEndCall } from './call.ts';
import { type BackEndResponse, type Endpoint, verdict } from './endpoint.ts';
import { LOGIN_PAGE } from './login.ts';
import { findSession, turnCookies } from './sessions.ts';
import type { World } from './world.ts';

/** Answers a request that follows its rules. */
export function pass(endpoint: Endpoint, call: BackEndCall, world: World): BackEndResponse {
  const early =
    setAnswer(world, call) ?? lostSession(world, endpoint, call) ?? tooOften(world, endpoint);
  if (early) return early;
  const session = findSession(world, call);
  const answer = endpoint.handle(call, world);
  return session
    ? { ...answer, cookies: [...(answer.cookies ?? []), ...turnCookies(world, session)] }
    : answer;
}

function setAnswer({ answers }: World, { path }: BackEndCall): BackEndResponse | undefined {
  const answer = answers.get(path)?.shift();
  if (answer === undefined) return undefined;
  return typeof answer === 'string' ? { html: answer } : { json: answer };
}

function lostSession(
  world: World,
  endpoint: Endpoint,
  call: BackEndCall,
): BackEndResponse | undefined {
  const { needsSession = true, kind = 'json' } = endpoint;
  if (!needsSession || findSession(world, call)) return undefined;
  // Anything but JSON can only report it by the page.
  const isPage = kind !== 'json' || world.lostAs === 'html';
  return isPage ? { html: LOGIN_PAGE } : verdict(200_003, 'invalid session');
}

function tooOften(world: World, { isThrottled = false }: Endpoint): BackEndResponse | undefined {
  if (!isThrottled) return undefined;
  if (world.allowed <= 0) return verdict(200_013, 'freq control');
  world.allowed -= 1;
  return undefined;
}
