import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { StoreError } from '../errors.ts';
import { withFileLock } from './file-lock.ts';

/**
 * Stores sessions across restarts. A stored session is as good as a password: nobody else must be
 * able to read it.
 *
 * @experimental Outside semver: it may change in any version.
 */
export interface SessionStore {
  get(key: string): Promise<string | undefined>;
  /** Stores a session; undefined deletes it. */
  set(key: string, session: string | undefined): Promise<void>;
}

/** Stores sessions in the memory of this process. */
export class MemorySessionStore implements SessionStore {
  readonly #sessions = new Map<string, string>();

  async get(key: string): Promise<string | undefined> {
    return this.#sessions.get(key);
  }

  async set(key: string, session: string | undefined): Promise<void> {
    if (session === undefined) this.#sessions.delete(key);
    else this.#sessions.set(key, session);
  }
}

/**
 * Stores sessions in a file that only its owner can read; it is replaced atomically. Several
 * stores, in one process or in many, may share a file. A damaged one cannot be read, and is
 * replaced when a session is stored.
 */
export class FileSessionStore implements SessionStore {
  readonly #path: string;
  /** The last write: writes of this store are in order. */
  #writing: Promise<void> = Promise.resolve();

  constructor(path: string) {
    this.#path = path;
  }

  async get(key: string): Promise<string | undefined> {
    const sessions = await this.#read();
    if (sessions) return sessions[key];
    throw new StoreError('the file of sessions is damaged: the next login replaces it');
  }

  async set(key: string, session: string | undefined): Promise<void> {
    const replace = () => withFileLock(this.#path, () => this.#replace(key, session));
    this.#writing = this.#writing.then(replace, replace);
    return this.#writing;
  }

  /** Reads the sessions; undefined when the file is damaged. */
  async #read(): Promise<Record<string, string> | undefined> {
    try {
      return parseSessions(await readFile(this.#path, 'utf8'));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
      throw error;
    }
  }

  async #replace(key: string, session: string | undefined): Promise<void> {
    const { [key]: _, ...others } = (await this.#read()) ?? {};
    const all = session === undefined ? others : { ...others, [key]: session };
    const beside = `${this.#path}.${randomUUID()}`;
    try {
      await writeFile(beside, JSON.stringify(all), { mode: 0o600 });
      await rename(beside, this.#path);
    } finally {
      await rm(beside, { force: true });
    }
  }
}

function parseSessions(text: string): Record<string, string> | undefined {
  try {
    const sessions: unknown = JSON.parse(text);
    const isObject = typeof sessions === 'object' && sessions !== null && !Array.isArray(sessions);
    const isWhole = isObject && Object.values(sessions).every((one) => typeof one === 'string');
    return isWhole ? (sessions as Record<string, string>) : undefined;
  } catch {
    return undefined;
  }
}
