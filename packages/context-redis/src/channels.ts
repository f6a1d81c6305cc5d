import type { Connection, RedisListener } from './script.ts';

/**
 * Milliseconds. ioredis waits this long for the end of a connection, even of one that is closed
 * already, and no process ends before: its default is two seconds.
 */
const DISCONNECT_TIMEOUT = 100;

/** Called with what was published. */
type Listener = (text: string) => void;

/** The listeners of one channel. */
interface Audience {
  readonly listeners: Set<Listener>;
  /** Resolves when subscribed, on each connection again; rejects when Redis refuses. */
  ready: Promise<unknown>;
}

/**
 * Subscribes to channels on a connection of its own, created on first use and closed with the
 * client it duplicates. After a lost connection it reconnects only while there are listeners: a
 * client that is closed while Redis is down emits no event.
 */
export class Channels {
  readonly #connection: Connection;
  readonly #audiences = new Map<string, Audience>();
  #listener: RedisListener | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /**
   * Calls `listener` for each message until the returned function is called. `ready` resolves when
   * subscribed.
   */
  listen(channel: string, listener: Listener): { ready: Promise<unknown>; unlisten: () => void } {
    const redis = (this.#listener ??= this.#connect());
    const audience = this.#audiences.get(channel) ?? {
      listeners: new Set(),
      ready: subscribe(redis, channel),
    };
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

  /** Calls the listeners in this process. */
  notify(channel: string, text = ''): void {
    for (const listen of this.#audiences.get(channel)?.listeners ?? []) listen(text);
  }

  #connect(): RedisListener {
    const { redis } = this.#connection;
    const listener = redis.duplicate({
      disconnectTimeout: DISCONNECT_TIMEOUT,
      // ioredis catches no rejection of its own subscriptions, and that would end the process.
      autoResubscribe: false,
    });
    // Without a connection, whoever waits looks by itself.
    listener.on('error', () => {});
    listener.on('message', (channel, text) => this.notify(channel, text));
    listener.on('ready', () => {
      if (this.#listener !== listener) return;
      for (const [channel, audience] of this.#audiences) {
        audience.ready = subscribe(listener, channel);
      }
    });
    listener.on('close', () => this.#letGo(listener));
    redis.once('end', this.#endWithClient);
    return listener;
  }

  readonly #endWithClient = (): void => {
    this.#audiences.clear();
    if (this.#listener) this.#letGo(this.#listener);
  };

  #letGo(listener: RedisListener): void {
    if (this.#listener !== listener || this.#audiences.size > 0) return;
    this.#listener = undefined;
    this.#connection.redis.off?.('end', this.#endWithClient);
    listener.disconnect();
  }
}

function subscribe(redis: RedisListener, channel: string): Promise<unknown> {
  const ready = redis.subscribe(channel);
  // Who does not wait for it looks by itself.
  ready.catch(() => {});
  return ready;
}
