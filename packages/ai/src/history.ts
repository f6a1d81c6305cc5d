import { InvalidArgumentError, type Json } from '@wechat-mp/core';
import { checkFunction, type OptionTable } from '@wechat-mp/core/stores';
import type { ChatMessage, OpenContext } from './messages.ts';
import { checkBound, type Filled, readKnown } from './options.ts';

/** How much of a conversation is remembered. */
export interface HistoryOptions {
  /** Maximum number of questions with their answers. Default: 10. */
  turns?: number | undefined;
  /** Maximum bytes of all of them together. Default: 16 384. */
  bytes?: number | undefined;
  /** Counts the tokens of a text, for `maxTokens`. */
  countTokens?: ((text: string) => number) | undefined;
  maxTokens?: number | undefined;
  /** Summarises turns that are dropped; the model receives the summary instead. */
  summarise?: ((messages: ChatMessage[]) => string | Promise<string>) | undefined;
}

const HISTORY_OPTIONS = {
  turns: { initial: 10, check: checkBound },
  bytes: { initial: 16_384, check: checkBound },
  countTokens: { check: checkFunction<NonNullable<HistoryOptions['countTokens']>> },
  maxTokens: { initial: Number.POSITIVE_INFINITY, check: checkBound },
  summarise: { check: checkFunction<NonNullable<HistoryOptions['summarise']>> },
} satisfies OptionTable<HistoryOptions>;

/** The checked options of a history. */
export type HistorySettings = Pick<HistoryOptions, 'countTokens' | 'summarise'> &
  Filled<HistoryOptions, 'turns' | 'bytes' | 'maxTokens'>;

/** Checks the option `history`. */
export function checkHistory(name: string, value: HistoryOptions | false): HistorySettings | false {
  if (value === false) return false;
  if (typeof value !== 'object') {
    throw new InvalidArgumentError(`${name} must be false, or an object such as { turns: 10 }`);
  }
  const settings = readKnown(name, HISTORY_OPTIONS, value, `${name}.`);
  if (settings.maxTokens !== Number.POSITIVE_INFINITY && !settings.countTokens) {
    throw new InvalidArgumentError(`${name}.maxTokens needs ${name}.countTokens, a function`);
  }
  return settings;
}

/** The reason an answer did not arrive, or only in part. */
type TurnState = 'interrupted' | 'failed' | 'undelivered';

/** A question and its answer, as stored in the context. */
export interface Turn {
  question: string;
  answer: string;
  state?: TurnState;
}

/** Notes for the model at the end of an answer that did not arrive as written. */
const MARKS: Readonly<Record<TurnState, string>> = {
  interrupted: '[The user did not let this answer end.]',
  failed: '[This answer broke off.]',
  undelivered: '[The user did not receive all of this answer.]',
};

const PREFIX = 'ai:turn:';
const SUMMARY = 'ai:summary';
const REST = 'ai:rest';

/**
 * The turns of one conversation. Each has its own key in the user's context, so that messages
 * answered concurrently do not overwrite each other.
 */
export class History {
  readonly #context: OpenContext;
  readonly #settings: HistorySettings;

  constructor(context: OpenContext, settings: HistorySettings) {
    this.#context = context;
    this.#settings = settings;
  }

  /** Starts a turn; until `finish` or `fail` it counts as interrupted. */
  begin(question: string, id: string, time: number): OpenTurn {
    const { bytes } = this.#settings;
    for (const key of listKeys(this.#context)) {
      // The same message, answered by a process that has died.
      if (key.endsWith(`:${id}`)) this.#context.delete(key);
    }
    const turn: Turn = {
      question: cutBytes(question, bytes),
      answer: '',
      state: 'interrupted',
    };
    this.#context.set(`${PREFIX}${String(time).padStart(14, '0')}:${id}`, turn as unknown as Json);
    return new OpenTurn(turn, bytes);
  }

  /** Returns the latest turns that fit, as messages for the model. */
  list(): ChatMessage[] {
    return this.#divide().kept.flatMap(({ turn }) => writeTurn(turn));
  }

  /** Returns the summary of the dropped turns for the model. */
  describeForgotten(): string {
    const summary = this.#context.get(SUMMARY);
    return typeof summary === 'string' ? createSummary(summary) : '';
  }

  /** Drops the turns that do not fit, or has them summarised. */
  async prune(): Promise<void> {
    const { dropped } = this.#divide();
    if (dropped.length === 0) return;
    const { bytes, summarise } = this.#settings;
    if (summarise) {
      const forgotten = this.describeForgotten();
      const earlier: ChatMessage[] = forgotten ? [{ role: 'system', content: forgotten }] : [];
      const text = await summarise([...earlier, ...dropped.flatMap(({ turn }) => writeTurn(turn))]);
      this.#context.set(SUMMARY, cutBytes(text, bytes));
    }
    for (const { key } of dropped) this.#context.delete(key);
  }

  #divide(): { kept: KeptTurn[]; dropped: KeptTurn[] } {
    const { countTokens, maxTokens, turns, bytes: limit } = this.#settings;
    const all = readTurns(this.#context);
    let bytes = 0;
    let tokens = 0;
    let first = all.length;
    for (const { turn } of all.toReversed()) {
      const text = `${turn.question}\n${turn.answer}`;
      bytes += Buffer.byteLength(text);
      tokens += countTokens?.(text) ?? 0;
      if (all.length - first >= turns || bytes > limit || tokens > maxTokens) break;
      first -= 1;
    }
    return { kept: all.slice(first), dropped: all.slice(0, first) };
  }
}

/** A turn whose answer is still being written. */
export class OpenTurn {
  readonly #turn: Turn;
  #left: number;

  constructor(turn: Turn, bytes: number) {
    this.#turn = turn;
    this.#left = bytes - Buffer.byteLength(turn.question) - 1;
  }

  get answer(): string {
    return this.#turn.answer;
  }

  /** Adds to the answer, up to the size that can be remembered. */
  add(text: string): void {
    const kept = cutBytes(text, this.#left);
    this.#left -= Buffer.byteLength(kept);
    if (kept.length < text.length) this.#left = 0;
    this.#turn.answer += kept;
  }

  finish(): void {
    delete this.#turn.state;
  }

  fail(): void {
    this.#turn.state = 'failed';
  }
}

interface KeptTurn {
  readonly key: string;
  readonly turn: Turn;
}

function listKeys(context: OpenContext): string[] {
  return context
    .keys()
    .filter((key) => key.startsWith(PREFIX))
    .sort();
}

function readTurns(context: OpenContext): KeptTurn[] {
  return listKeys(context).map((key) => ({ key, turn: context.get(key) as unknown as Turn }));
}

function writeTurn({ question, answer, state }: Turn): ChatMessage[] {
  const content = [answer, state ? MARKS[state] : ''].filter((text) => text !== '').join('\n');
  const messages: ChatMessage[] = [{ role: 'user', content: question }];
  // Models want questions and answers in turn.
  messages.push({ role: 'assistant', content: content === '' ? MARKS.failed : content });
  return messages;
}

function createSummary(summary: string): string {
  return `What was said before, in short: ${summary}`;
}

/** Clears a conversation: its turns, their summary and any unsent text. */
export function clearHistory(context: OpenContext): void {
  for (const key of [...listKeys(context), SUMMARY, REST]) context.delete(key);
}

/** Marks the answer to a message as undelivered, and keeps the unsent text. */
export function keepRest(context: OpenContext, id: string, rest: string): void {
  const kept = readTurns(context).find(({ key }) => key.endsWith(`:${id}`));
  if (kept) context.set(kept.key, { ...kept.turn, state: 'undelivered' } as unknown as Json);
  if (rest !== '') context.set(REST, `${takeRestText(context)}${rest}`);
}

/** Returns the unsent text and removes it. */
export function takeRest(context: OpenContext): string {
  const rest = takeRestText(context);
  context.delete(REST);
  return rest;
}

function takeRestText(context: OpenContext): string {
  const rest = context.get(REST);
  return typeof rest === 'string' ? rest : '';
}

function cutBytes(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) return text;
  // A letter that is cut becomes the sign of a letter that cannot be read.
  return Buffer.from(text)
    .subarray(0, Math.max(0, bytes))
    .toString()
    .replace(/\uFFFD+$/, '');
}
