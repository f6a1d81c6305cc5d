import { AsyncLocalStorage } from 'node:async_hooks';
import type { Logger } from '../logger.ts';
import { NeedLoginError } from './errors.ts';
import type { BackEndAnswer, BackEndRequest, Http } from './http.ts';
import type { SessionFields } from './requests.ts';
import { Session } from './session.ts';
import type { SessionStore } from './session-store.ts';

export interface ConnectionParts {
  readonly http: Http;
  readonly session: Session;
  readonly store: SessionStore | undefined;
  /** The key in the store. */
  readonly key: string;
  readonly logger: Logger;
  /** Called once for all calls that need a login. */
  readonly onNeedLogin: (() => void | Promise<void>) | undefined;
}

/** The session of calls, which is replaced when it is lost. */
export class Connection {
  readonly #parts: ConnectionParts;
  readonly #insideLogin = new AsyncLocalStorage<true>();
  #session: Session;
  #loading: Promise<void> | undefined;
  #login: Promise<void> | undefined;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
    this.#session = parts.session;
  }

  get session(): Session {
    return this.#session;
  }

  /** Sends a request with the cookies of a session, and keeps their changes. */
  async send(request: BackEndRequest, session = this.#session): Promise<BackEndAnswer> {
    const answer = await this.#parts.http(request, session.jar);
    const isOurs = session === this.#session && session.token !== undefined;
    if (answer.hasCookies && isOurs) await this.#keep();
    return answer;
  }

  /** Makes a call; when the session is lost, calls `onNeedLogin` and makes the call again. */
  async call<Result>(
    path: string,
    work: (place: SessionFields, session: Session) => Promise<Result>,
  ): Promise<Result> {
    await this.load();
    const { onNeedLogin } = this.#parts;
    const session = this.#session;
    try {
      return await attempt(path, session, work);
    } catch (error) {
      const isLost = error instanceof NeedLoginError;
      if (!isLost || !onNeedLogin || this.#insideLogin.getStore()) throw error;
      if (this.#session === session) {
        this.#login ??= this.#insideLogin
          .run(true, async () => onNeedLogin())
          .finally(() => {
            this.#login = undefined;
          });
        await this.#login;
      }
      if (this.#session === session) throw error;
      return attempt(path, this.#session, work);
    }
  }

  /** Switches to another session, and stores it. */
  async replace(session: Session): Promise<void> {
    this.#session = session;
    this.#loading = Promise.resolve();
    await this.#keep();
  }

  async forget(): Promise<void> {
    this.#session = new Session({ dialect: this.#session.dialect });
    await this.#parts.store?.set(this.#parts.key, undefined);
  }

  /** Loads the stored session, when none was given. */
  load(): Promise<void> {
    this.#loading ??= this.#load();
    return this.#loading;
  }

  async #load(): Promise<void> {
    const { store, key, logger } = this.#parts;
    if (this.#session.token !== undefined || !store) return;
    try {
      const kept = await store.get(key);
      if (kept !== undefined) this.#session = Session.parse(kept);
    } catch (error) {
      logger.warn({ err: error }, 'could not read the stored session: log in');
    }
  }

  async #keep(): Promise<void> {
    const { store, key, logger } = this.#parts;
    try {
      await store?.set(key, this.#session.serialize());
    } catch (error) {
      logger.warn({ err: error }, 'could not store the session: it lasts as long as this process');
    }
  }
}

async function attempt<Result>(
  path: string,
  session: Session,
  work: (place: SessionFields, session: Session) => Promise<Result>,
): Promise<Result> {
  const { token } = session;
  if (token === undefined || !session.isLive()) throw new NeedLoginError(path);
  return work({ token }, session);
}
