import { OAuthError } from '../errors.ts';
import { PENDING_AGE } from './cookies.ts';
import type { OAuthSettings } from './options.ts';
import { fetchUser, type WechatUser } from './user.ts';

/** Finds the user of a code that was returned with a state. */
export type Exchange = (code: string, state: string) => Promise<WechatUser>;

/** The attempts made with one state. */
interface LoginAttempts {
  /** Clock milliseconds after which the state is invalid. */
  readonly until: number;
  tries: number;
  isUnderWay: boolean;
  code: string | undefined;
  user: Promise<WechatUser> | undefined;
}

/** Maximum number of calls to the platform for one state, whose browser may send any code. */
const MOST_TRIES = 3;
/**
 * Maximum number of remembered states, so that strangers cannot fill the memory; the oldest are
 * dropped first.
 */
const MOST_LOGINS = 10_000;

/**
 * Creates an exchange that asks the platform once for each code, and for each state one code at a
 * time and only a few times: WeChat's browser is known to request a page twice, the platform
 * accepts a code only once, and anyone with a state could use up the account's calls with invented
 * codes.
 */
export function createExchange(settings: OAuthSettings): Exchange {
  const logins = new Map<string, LoginAttempts>();

  return async (code, state) => {
    const login = logins.get(state) ?? remember(state);
    while (login.isUnderWay && login.code !== code) {
      // The browser is the same: who gets in by one code need not try another.
      const user = await login.user?.catch(() => undefined);
      if (user) return user;
    }
    if (login.code === code && login.user) return login.user;
    if (login.tries >= MOST_TRIES) {
      throw new OAuthError('state', 'too many attempts of this login: open the page again');
    }
    login.tries += 1;
    login.code = code;
    login.isUnderWay = true;
    login.user = fetchUser(code, settings)
      .catch((error: unknown) => {
        // The platform may take the same code when it answers again.
        if (error instanceof OAuthError && error.reason === 'platform') login.code = undefined;
        throw error;
      })
      .finally(() => {
        login.isUnderWay = false;
      });
    return login.user;
  };

  function remember(state: string): LoginAttempts {
    const now = settings.now();
    for (const [oldest, { until }] of logins) {
      if (until > now && logins.size < MOST_LOGINS) break;
      logins.delete(oldest);
    }
    const until = now + PENDING_AGE * 1000;
    const login = { until, tries: 0, isUnderWay: false, code: undefined, user: undefined };
    logins.set(state, login);
    return login;
  }
}
