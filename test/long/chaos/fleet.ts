/** The processes of a bot: killed, deployed again, always the same number. */
import { once } from 'node:events';
import { killProgram, startServer } from '../../support/programs.ts';

export const BOT = 'test/long/processes/chaos-bot.ts';

/** A line in which a process tells of a message. */
export interface Line {
  readonly at: number;
  readonly pid: number;
  readonly what: string;
  /** MsgId. */
  readonly message: string | undefined;
  readonly more: string;
}

type Process = Awaited<ReturnType<typeof startServer>>;

export class Fleet {
  readonly #environment: Readonly<Record<string, string>>;
  readonly #show: (origins: readonly string[]) => void;
  #running: Process[] = [];
  readonly #all: Process[] = [];
  /** Exit codes other than 0 of stopped processes. */
  readonly wrongEnds: string[] = [];

  /** `show` is called with the addresses for requests, whenever they change. */
  constructor(
    environment: Readonly<Record<string, string>>,
    show: (origins: readonly string[]) => void,
  ) {
    this.#environment = environment;
    this.#show = show;
  }

  async start(count: number): Promise<void> {
    this.#replace([], await Promise.all(Array.from({ length: count }, () => this.#start())));
  }

  /** Kills one, which nobody knows until they find it gone, and starts another. */
  async kill(which: number): Promise<void> {
    const victim = this.#running[which % this.#running.length] as Process;
    const next = this.#start();
    await killProgram(victim.child);
    this.#replace([], [await next]);
    this.#replace([victim], []);
  }

  /** Has each make way for a new one, which is there before. */
  async deploy(): Promise<void> {
    for (const old of this.#running) {
      const next = await this.#start();
      // What was killed meanwhile has its successor already.
      const isThere = this.#running.includes(old);
      if (isThere) this.#replace([old], [next]);
      await this.#stop(isThere ? old : next);
    }
  }

  async stop(): Promise<void> {
    const all = this.#running;
    this.#replace(all, []);
    await Promise.all(all.map((one) => this.#stop(one)));
  }

  /** All reports, oldest first. */
  readLines(): Line[] {
    return this.#all
      .flatMap(({ stdout }) => stdout().split('\n'))
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Line)
      .sort((one, other) => one.at - other.at);
  }

  async #start(): Promise<Process> {
    const process = await startServer(BOT, this.#environment);
    this.#all.push(process);
    return process;
  }

  async #stop({ child, stderr }: Process): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'close');
    child.kill('SIGTERM');
    const [code, signal] = (await ended) as [number | null, string | null];
    if (code !== 0 || stderr()) this.wrongEnds.push(`${code} ${signal} ${stderr()}`);
  }

  #replace(old: readonly Process[], next: readonly Process[]): void {
    this.#running = [...this.#running.filter((one) => !old.includes(one)), ...next];
    this.#show(this.#running.map(({ origin }) => origin.replace('localhost', '127.0.0.1')));
  }
}
