import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
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
 * stores, in one process or in many, may share a file.
 */
export class FileSessionStore implements SessionStore {
  readonly #path: string;
  /** The last write: writes of this store are in order. */
  #writing: Promise<void> = Promise.resolve();

  constructor(path: string) {
    this.#path = path;
  }

  async get(key: string): Promise<string | undefined> {
    return (await this.#read())[key];
  }

  async set(key: string, session: string | undefined): Promise<void> {
    const replace = () => withFileLock(this.#path, () => this.#replace(key, session));
    this.#writing = this.#writing.then(replace, replace);
    return this.#writing;
  }

  async #read(): Promise<Record<string, string>> {
    try {
      return JSON.parse(await readFile(this.#path, 'utf8')) as Record<string, string>;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
      throw error;
    }
  }

  async #replace(key: string, session: string | undefined): Promise<void> {
    const { [key]: _, ...others } = await this.#read();
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
