import type { Connection, RedisListener } from './script.ts';

/** Who listens to a channel. */
interface Audience {
  readonly listeners: Set<() => void>;
  /** Resolves when Redis tells of messages; rejects when it will not. */
  readonly ready: Promise<unknown>;
}

/**
 * Listens to channels on one connection of its own, which is made when it is first needed and ends
 * with the client that it was made of. Once it is lost it comes back only while somebody listens: a
 * client that is closed while Redis is gone does not tell so.
 */
export class Channels {
  readonly #connection: Connection;
  readonly #audiences = new Map<string, Audience>();
  #listener: RedisListener | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Calls `listener` for each message, until the returned function is called. Resolves `ready` when it listens. */
  listen(channel: string, listener: () => void): { ready: Promise<unknown>; unlisten: () => void } {
    const redis = (this.#listener ??= this.#connect());
    const audience = this.#audiences.get(channel) ?? {
      listeners: new Set(),
      ready: redis.subscribe(channel),
    };
    // Who does not wait for it looks by itself.
    audience.ready.catch(() => {});
    audience.listeners.add(listener);
    this.#audiences.set(channel, audience);
    return {
      ready: audience.ready,
      unlisten: () => {
        audience.listeners.delete(listener);
        if (audience.listeners.size > 0 || this.#audiences.get(channel) !== audience) return;
        this.#audiences.delete(channel);
        if (redis.status === 'ready') redis.unsubscribe(channel).catch(() => {});
        else this.#letGo(redis);
      },
    };
  }

  /** Calls those who listen in this process. */
  tell(channel: string): void {
    for (const listen of this.#audiences.get(channel)?.listeners ?? []) listen();
  }

  #connect(): RedisListener {
    const { redis } = this.#connection;
    const listener = redis.duplicate();
    // Without a connection, whoever waits looks by itself.
    listener.on('error', () => {});
    listener.on('message', (channel) => this.tell(channel));
    listener.on('close', () => this.#letGo(listener));
    redis.once('end', () => {
      this.#audiences.clear();
      this.#letGo(listener);
    });
    return listener;
  }

  #letGo(listener: RedisListener): void {
    if (this.#listener !== listener || this.#audiences.size > 0) return;
    this.#listener = undefined;
    listener.disconnect();
  }
}
