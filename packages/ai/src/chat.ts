import {
  type Clock,
  type ContextOwner,
  type Exchange,
  type Handler,
  InvalidArgumentError,
  type Logger,
  type MessageMap,
  type MessageName,
  type UndeliveredError,
  type Webhook,
} from '@wechat-mp/core';
import { refuseMissing, refuseUnknown, systemClock } from '@wechat-mp/core/stores';
import { type Format, formatStream } from './format.ts';
import {
  checkHistory,
  clearHistory,
  History,
  type HistoryOptions,
  keepRest,
  type OpenTurn,
  takeRest,
} from './history.ts';
import type { Limits, Permit } from './limits.ts';
import { openLog } from './log.ts';
import type { ImageInput } from './media.ts';
import type { ChatMessage, Language, ModelInfo, OpenContext, Usage } from './messages.ts';
import type { Moderation } from './moderation.ts';
import { type ModelAnswer, readAnswer } from './stream.ts';
import { CHAT_TEXTS, type ChatTexts } from './texts.ts';
import { showTyping } from './typing.ts';

/** The messages sent to the model, oldest first. */
export type Question =
  | string
  | { readonly text: string; readonly images?: readonly ImageInput[] | undefined };

export interface ChatOptions<N extends MessageName = 'text'> {
  /** Calls the model: returns a text, a stream of any supported kind, or a promise of either. */
  model: (messages: ChatMessage[], info: ModelInfo<N>) => ModelAnswer;
  /** The system prompt. */
  system?: string | ((info: ModelInfo<N>) => string | Promise<string>) | undefined;
  /** Reads the question from the message. Default: its text, or the recognised text of a voice message. */
  input?:
    | ((message: MessageMap[N], exchange: Exchange<N>) => Question | Promise<Question>)
    | undefined;
  /** How much of the conversation is remembered; `false` for nothing. Default: 10 turns, 16 KiB. */
  history?: HistoryOptions | false | undefined;
  /** How the model's Markdown is shown. Default: `wechat`. */
  format?: Format | undefined;
  /** Texts that clear the conversation. Default: `/reset`. */
  reset?: string | readonly string[] | undefined;
  /**
   * Keyword by which the user asks for an answer that could not be sent; see `keepUndelivered`.
   * Default: 继续.
   */
  continueWith?: string | undefined;
  /** The language of the bot's own texts. Default: `zh`. */
  language?: Language | ((message: MessageMap[N], exchange: Exchange<N>) => Language) | undefined;
  texts?: Partial<ChatTexts> | undefined;
  /** Limits of what users may ask, created by `createLimits`. Default: none. */
  limits?: Limits | undefined;
  moderate?: Moderation<ModelInfo<N>> | undefined;
  /** Whether the user sees a typing indicator, where the client can show one. Default: true. */
  typing?: boolean | undefined;
  /** Maximum size of one answer in bytes. Default: 1 MiB. */
  maxBytes?: number | undefined;
  /**
   * Receives errors that cost no answer, such as those of a model that fails in the middle, in place
   * of the webhook's `logger`. Its lines name the message, and no account. Default: the webhook's.
   */
  logger?: Pick<Logger, 'error'> | undefined;
  /** Clock, for tests. Default: the system clock. */
  clock?: Clock | undefined;
}

const NAMES: Readonly<Record<keyof ChatOptions, true>> = {
  model: true,
  system: true,
  input: true,
  history: true,
  format: true,
  reset: true,
  continueWith: true,
  language: true,
  texts: true,
  limits: true,
  moderate: true,
  typing: true,
  maxBytes: true,
  logger: true,
  clock: true,
};

/**
 * Creates a handler that asks a language model: it sends the conversation so far, and streams the
 * answer as text the chat can show.
 *
 * @example
 * text: chat({
 *   model: (messages, { signal }) =>
 *     openai.chat.completions.create({ model: 'gpt-5-mini', messages, stream: true }, { signal }),
 * })
 * @throws {NeedParamError} when there is no `model`
 * @throws {InvalidArgumentError} when an option is wrong
 */
export function chat<N extends MessageName = 'text'>(options: ChatOptions<N>): Handler<N> {
  checkOptions(options);
  return (message, exchange) => answer(options, message, exchange);
}

function checkOptions<N extends MessageName>(options: ChatOptions<N>): void {
  refuseUnknown(options, Object.keys(NAMES));
  if (typeof options.model !== 'function') {
    refuseMissing('model', 'a function that calls the model');
  }
  if (options.history) checkHistory(options.history);
}

async function* answer<N extends MessageName>(
  options: ChatOptions<N>,
  message: MessageMap[N],
  exchange: Exchange<N>,
): AsyncGenerator<string, void, undefined> {
  const { signal } = exchange;
  const context = exchange.context as unknown as OpenContext;
  const language = chooseLanguage(options, message, exchange);
  const texts = { ...CHAT_TEXTS[language], ...options.texts };
  const asked = options.input ? await options.input(message, exchange) : readQuestion(message);
  const { text, images = [] } = typeof asked === 'string' ? { text: asked } : asked;
  const word = text.trim();

  if ([options.reset ?? '/reset'].flat().includes(word)) {
    clearHistory(context);
    yield texts.reset;
    return;
  }
  const rest = takeRest(context);
  if (rest !== '') yield rest;
  if (rest !== '' && word === (options.continueWith ?? '继续')) return;
  const joint = rest === '' ? '' : '\n\n';

  const info = { signal, message, exchange, context, openid: message.source, language, images };
  const permit = await options.limits?.acquire(exchange as unknown as Exchange, language);
  if (typeof permit === 'string') {
    yield joint + permit;
    return;
  }
  const run = new AnswerRun(options, info, texts, text);
  try {
    yield* prependOnce(joint, run.stream());
  } finally {
    await release(options, exchange, permit, run.usage);
  }
}

/** Releases what a user has now received: a store that fails from here on must not take the answer back. */
async function release<N extends MessageName>(
  { logger }: ChatOptions<N>,
  exchange: Exchange<N>,
  permit: Permit | undefined,
  usage: Usage,
): Promise<void> {
  try {
    await permit?.release(usage);
  } catch (error) {
    openLog(logger, exchange).error(error, 'could not count the cost of an answer');
  }
}

/** One question on its way through the checks, the model, the history and the format. */
class AnswerRun<N extends MessageName> {
  readonly #options: ChatOptions<N>;
  readonly #info: ModelInfo<N>;
  readonly #texts: ChatTexts;
  readonly #question: string;
  #messages: ChatMessage[] = [];
  #answer = '';

  constructor(options: ChatOptions<N>, info: ModelInfo<N>, texts: ChatTexts, question: string) {
    this.#options = options;
    this.#info = info;
    this.#texts = texts;
    this.#question = question;
  }

  get usage(): Usage {
    return { messages: this.#messages, answer: this.#answer };
  }

  get #log(): ReturnType<typeof openLog> {
    return openLog(this.#options.logger, this.#info.exchange);
  }

  async *stream(): AsyncGenerator<string, void, undefined> {
    const { moderate, history: wanted, typing = true, clock = systemClock } = this.#options;
    const { context, exchange, openid } = this.#info;
    const verdict = await moderate?.question?.(this.#question, this.#info);
    if (isStop(verdict)) {
      yield verdict.stop;
      return;
    }
    const question = typeof verdict === 'string' ? verdict : this.#question;

    const history = wanted === false ? undefined : new History(context, wanted ?? {});
    this.#messages = await this.#createMessages(history, question);
    const { id } = exchange.message as { id?: string };
    const turn = history?.begin(question, id ?? `${clock.wallTime()}`, clock.wallTime());
    const stopTyping = typing ? showTyping(exchange.client, openid, clock) : () => {};
    let hasBegun = false;
    try {
      for await (const text of this.#check(this.#format(turn))) {
        hasBegun = true;
        yield text;
      }
      if (!hasBegun && !exchange.signal.aborted) yield this.#texts.empty;
      if (!exchange.signal.aborted) turn?.finish();
    } catch (error) {
      turn?.fail();
      // What a handler that fails has changed is not kept otherwise.
      if (!hasBegun) {
        await context.save();
        throw error;
      }
      this.#log.error(error, 'the model failed after its answer had begun');
      yield `\n\n${this.#texts.failed}`;
    } finally {
      stopTyping();
    }
    if (!exchange.signal.aborted) await this.#prune(history);
  }

  async #createMessages(history: History | undefined, question: string): Promise<ChatMessage[]> {
    const { system } = this.#options;
    const told = typeof system === 'function' ? await system(this.#info) : system;
    // Some models take one system message, at the beginning.
    const parts = [told, history?.describeForgotten()].filter((part) => part);
    return [
      ...(parts.length > 0 ? [{ role: 'system' as const, content: parts.join('\n\n') }] : []),
      ...(history?.list() ?? []),
      { role: 'user', content: question },
    ];
  }

  /** Formats the answer for the chat; the turn remembers it as the model wrote it. */
  #format(turn: OpenTurn | undefined): AsyncGenerator<string, void, undefined> {
    const { format, maxBytes, model } = this.#options;
    const info = this.#info;
    const source = readAnswer((signal) => model(this.#messages, { ...info, signal }), {
      signal: info.signal,
      maxBytes,
    });
    return formatStream(this.#record(source, turn), { format });
  }

  async *#record(
    source: AsyncIterable<string>,
    turn: OpenTurn | undefined,
  ): AsyncGenerator<string, void, undefined> {
    for await (const text of source) {
      this.#answer += text;
      turn?.add(text);
      yield text;
    }
  }

  async *#check(pieces: AsyncIterable<string>): AsyncGenerator<string, void, undefined> {
    const check = this.#options.moderate?.answer;
    for await (const piece of pieces) {
      const verdict = await check?.(piece, this.#info);
      if (isStop(verdict)) {
        yield verdict.stop;
        return;
      }
      yield typeof verdict === 'string' ? verdict : piece;
    }
  }

  async #prune(history: History | undefined): Promise<void> {
    try {
      await history?.prune();
    } catch (error) {
      this.#log.error(error, 'history.summarise failed');
    }
  }
}

function isStop(verdict: unknown): verdict is { stop: string } {
  return typeof verdict === 'object' && verdict !== null && 'stop' in verdict;
}

async function* prependOnce(
  text: string,
  pieces: AsyncIterable<string>,
): AsyncGenerator<string, void, undefined> {
  let before = text;
  for await (const piece of pieces) {
    yield before + piece;
    before = '';
  }
}

function chooseLanguage<N extends MessageName>(
  { language = 'zh' }: ChatOptions<N>,
  message: MessageMap[N],
  exchange: Exchange<N>,
): Language {
  return typeof language === 'function' ? language(message, exchange) : language;
}

function readQuestion(message: MessageMap[MessageName]): string {
  if (message.type === 'text') return message.content;
  if (message.type === 'voice' && message.recognition) return message.recognition;
  throw new InvalidArgumentError(
    `chat cannot read a question from a message of type ${message.type}: give the option \`input\``,
  );
}

/** The part of a webhook, or of the result of `wechat()`, that gives access to contexts. */
type ContextAccess = Pick<Webhook, 'withContext'>;

/**
 * Creates an `onUndelivered` that keeps what the platform refused (45047: five messages; 45015: 48
 * hours) for the user's next message, and marks the answer as undelivered in the history.
 *
 * Where there are several accounts, `getOwner` names the one: `{ account, openid }`.
 *
 * @example
 * const bot = wechat({ token, client, onUndelivered: keepUndelivered(() => bot) }, { text: chat({ model }) });
 */
export function keepUndelivered(
  getWebhook: () => ContextAccess,
  getOwner: (exchange: Exchange) => ContextOwner = ({ message }) => message.source,
): (error: UndeliveredError, exchange: Exchange) => Promise<void> {
  return async (error, exchange) => {
    const { id } = exchange.message as { id?: string };
    if (error.reply.type !== 'text' || id === undefined) throw error;
    const rest = error.isSeen ? '' : error.reply.content;
    await getWebhook().withContext(getOwner(exchange), (context) =>
      keepRest(context as unknown as OpenContext, id, rest),
    );
  };
}
