import type { Account } from '../account.ts';
import { askAgain } from '../ask-again.ts';
import { runInBackground } from '../background.ts';
import { repeat } from '../clock.ts';
import type { Message } from '../message/message.ts';
import type { DeliveryId, RegisteredRun, RunRegistry } from './store.ts';

/** Returns the milliseconds for which a run is safe without a renewal by its process. */
export function leaseMilliseconds({ replyWindow }: Account): number {
  return Math.min(Math.max(replyWindow, 1000), 4500);
}

/** Returns the registry of an account's runs; undefined when no reply of a crashed run is needed. */
export function findRegistry({ deliveries, lateReply }: Account): RunRegistry | undefined {
  return lateReply === 'drop' ? undefined : deliveries.runRegistry;
}

/** Number of leases after which an unreachable store has removed the run by itself. */
const MAX_ERASES = 10;

/** The registration of one message. */
interface Registration {
  /** Number of users in this process: its run, and deliveries that returned its reply. */
  count: number;
  /** The run as it is written, or was until it was left. */
  run: RegisteredRun | undefined;
  /** The last call of the registry, which never rejects: calls must not overtake each other. */
  done: Promise<void>;
}

/** The messages that this process has to answer, registered for other processes in case it dies. */
export class Registrations {
  #name: string | undefined;
  #senders = 0;
  readonly #registries = new Map<
    RunRegistry,
    { readonly stop: () => void; readonly all: Map<string, Registration> }
  >();

  get #sender(): string {
    this.#name ??= crypto.randomUUID();
    return this.#name;
  }

  /**
   * Creates a name to claim a late reply under. It begins as the registration of the message says: whoever
   * takes up after this process knows by it that this one has claimed the reply, or the one before it.
   */
  createSender(id: DeliveryId, account: Account): string {
    this.#senders += 1;
    return `${this.#createPrefix(id, account)}${this.#senders}`;
  }

  #createPrefix(id: DeliveryId, account: Account): string {
    const own = `${this.#sender}/`;
    const registry = findRegistry(account);
    const first = registry && this.#registries.get(registry)?.all.get(id.key)?.run?.sender;
    return first === undefined || first === this.#sender ? own : `${first}/${own}`;
  }

  /** Whether a sender took up after this process: its name has more after what begins all that are created here. */
  isSuccessor(sender: string, id: DeliveryId, account: Account): boolean {
    const start = this.#createPrefix(id, account);
    return sender.startsWith(start) && sender.includes('/', start.length);
  }

  /** Registers a message; resolves once it is written. */
  async enter(
    id: DeliveryId,
    account: Account,
    { owner, message }: { readonly owner: string; readonly message: Message },
  ): Promise<void> {
    const one = this.#find(id, account);
    if (!one) return;
    one.count += 1;
    // Who has only the reply adds nothing to what is written of its run.
    const isWritten = owner === '' || owner === one.run?.owner;
    if (one.count > 1 && isWritten) return;
    const run = { account: account.id, owner, sender: this.#sender, message: message.raw };
    await this.#write(id, account, one, run);
  }

  /**
   * Enters a run that was taken from a process which died, as it is registered already. False for one of
   * this process, which was only late to say that it lives.
   */
  adopt(id: DeliveryId, account: Account, run: RegisteredRun): boolean {
    const one = this.#find(id, account);
    if (!one) return true;
    const isOwn = one.run?.owner === run.owner && one.run.sender === run.sender;
    if (!isOwn) one.count += 1;
    // A registry may have lost it when it gave it away.
    const registered = (one.count > 1 && one.run) || run;
    if (one.count > 0) runInBackground(() => this.#write(id, account, one, registered));
    return !isOwn;
  }

  /** Returns the registration of a message, a new one if need be; undefined without a registry. */
  #find(id: DeliveryId, account: Account): Registration | undefined {
    const registry = findRegistry(account);
    if (!registry) return undefined;
    const lease = leaseMilliseconds(account);
    const beat = () => runInBackground(() => registry.beat(lease));
    const known = this.#registries.get(registry) ?? {
      stop: repeat(account.clock, beat, lease / 3),
      all: new Map<string, Registration>(),
    };
    this.#registries.set(registry, known);
    const one = known.all.get(id.key) ?? { count: 0, run: undefined, done: Promise.resolve() };
    known.all.set(id.key, one);
    return one;
  }

  /** Writes a run; what fails is repeated in the background, unless nothing of it is to be written by then. */
  #write(id: DeliveryId, account: Account, one: Registration, run: RegisteredRun): Promise<void> {
    const registry = findRegistry(account);
    const write = async () => registry?.write(id, run, leaseMilliseconds(account));
    one.run = run;
    const written = one.done.then(write);
    const isOver = () => one.count === 0 || one.run !== run;
    one.done = written.catch(() => askAgain(account.clock, write, isOver)).catch(() => {});
    return written;
  }

  /** Resolves when what was entered and left so far is written and erased. */
  async settle(): Promise<void> {
    const all = [...this.#registries.values()].flatMap((registry) => [...registry.all.values()]);
    await Promise.allSettled(all.map(({ done }) => done));
  }

  /** Ends a registration; the last one of a message erases it. */
  leave(id: DeliveryId, account: Account): void {
    const registry = findRegistry(account);
    const one = registry && this.#registries.get(registry)?.all.get(id.key);
    if (!one) return;
    one.count -= 1;
    if (one.count > 0) return;
    const erased = one.done.then(() => this.#erase(registry, id, one, account));
    const done = erased.then(() => {
      // Something follows that needs it still.
      if (one.count > 0 || one.done !== done) return;
      this.#forget(registry, id);
    });
    one.done = done;
  }

  /** Ends a registration whose run goes on: it stays as written, for another process once this one has ended. */
  leaveToOthers(id: DeliveryId, account: Account): void {
    const registry = findRegistry(account);
    if (registry) this.#forget(registry, id);
  }

  /**
   * Erases the message in the registry: one left there would be repeated once this process dies,
   * after everything else about it has been removed.
   */
  async #erase(
    registry: RunRegistry,
    id: DeliveryId,
    one: Registration,
    account: Account,
  ): Promise<void> {
    for (let tries = 1; tries <= MAX_ERASES && one.count === 0; tries += 1) {
      try {
        await registry.erase(id);
        return;
      } catch {
        await new Promise<void>((resolve) => {
          account.clock.setTimeout(resolve, leaseMilliseconds(account)).unref?.();
        });
      }
    }
  }

  #forget(registry: RunRegistry, id: DeliveryId): void {
    const known = this.#registries.get(registry);
    known?.all.delete(id.key);
    if (known?.all.size !== 0) return;
    known.stop();
    this.#registries.delete(registry);
  }
}
