import type { Connection, RedisListener } from './script.ts';

/**
 * Listens to channels on one connection of its own, which is made when it is first needed and ends
 * with the client that it was made of.
 */
export class Channels {
  readonly #connection: Connection;
  readonly #listeners = new Map<string, Set<() => void>>();
  #listener: RedisListener | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Calls `listener` for each message, until the returned function is called. Resolves `ready` when it listens. */
  listen(channel: string, listener: () => void): { ready: Promise<unknown>; unlisten: () => void } {
    const listeners = this.#listeners.get(channel) ?? new Set();
    const isFirst = listeners.size === 0;
    this.#listeners.set(channel, listeners.add(listener));
    const redis = (this.#listener ??= this.#connect());
    const ready = isFirst ? redis.subscribe(channel) : Promise.resolve();
    return {
      ready,
      unlisten: () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        this.#listeners.delete(channel);
        redis.unsubscribe(channel).catch(() => {});
      },
    };
  }

  #connect(): RedisListener {
    const { redis } = this.#connection;
    const listener = redis.duplicate();
    // Without a connection, whoever waits looks by itself.
    listener.on('error', () => {});
    listener.on('message', (channel) => {
      for (const listen of this.#listeners.get(channel) ?? []) listen();
    });
    redis.once('end', () => {
      listener.disconnect();
      this.#listener = undefined;
    });
    return listener;
  }
}
