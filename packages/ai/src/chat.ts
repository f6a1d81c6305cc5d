import {
  type ContextOwner,
  type Exchange,
  type Handler,
  InvalidArgumentError,
  type MessageMap,
  type MessageName,
  type UndeliveredError,
  type Webhook,
} from '@wechat-mp/core';
import { type ChatOptions, type ChatSettings, readChatOptions } from './chat-options.ts';
import { formatStream } from './format.ts';
import { clearHistory, History, keepRest, type OpenTurn, takeRest } from './history.ts';
import { readLanguage } from './language.ts';
import type { Permit } from './limits.ts';
import { openLog } from './log.ts';
import type { ChatMessage, Language, ModelInfo, OpenContext, Usage } from './messages.ts';
import { readAnswer } from './stream.ts';
import { CHAT_TEXTS, type ChatTexts } from './texts.ts';
import { showTyping } from './typing.ts';

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
  const settings = readChatOptions(options);
  return (message, exchange) => answer(settings, message, exchange);
}

async function* answer<N extends MessageName>(
  settings: ChatSettings<N>,
  message: MessageMap[N],
  exchange: Exchange<N>,
): AsyncGenerator<string, void, undefined> {
  const { signal } = exchange;
  const context = exchange.context as unknown as OpenContext;
  const language = await chooseLanguage(settings, message, exchange);
  const texts = { ...CHAT_TEXTS[language], ...settings.texts };
  if (exchange.isInterruption) {
    takeRest(context);
    yield texts.stopped;
    return;
  }
  const asked = settings.input ? await settings.input(message, exchange) : readQuestion(message);
  const { text, images = [] } = typeof asked === 'string' ? { text: asked } : asked;
  const word = text.trim();

  if (settings.reset.includes(word)) {
    clearHistory(context);
    yield texts.reset;
    return;
  }
  const rest = takeRest(context);
  if (rest !== '') yield rest;
  if (rest !== '' && word === settings.continueWith) return;
  const joint = rest === '' ? '' : '\n\n';

  const info = { signal, message, exchange, context, openid: message.source, language, images };
  const permit = await settings.limits?.acquire(exchange as unknown as Exchange, language);
  if (typeof permit === 'string') {
    yield joint + permit;
    return;
  }
  const run = new AnswerRun(settings, info, texts, text);
  try {
    yield* prependOnce(joint, run.stream());
  } finally {
    await release(settings, exchange, permit, run.usage);
  }
}

/** Releases what a user has now received: a store that fails from here on must not take the answer back. */
async function release<N extends MessageName>(
  { logger }: ChatSettings<N>,
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
  readonly #settings: ChatSettings<N>;
  readonly #info: ModelInfo<N>;
  readonly #texts: ChatTexts;
  readonly #question: string;
  #messages: ChatMessage[] = [];
  #answer = '';

  constructor(settings: ChatSettings<N>, info: ModelInfo<N>, texts: ChatTexts, question: string) {
    this.#settings = settings;
    this.#info = info;
    this.#texts = texts;
    this.#question = question;
  }

  get usage(): Usage {
    return { messages: this.#messages, answer: this.#answer };
  }

  get #log(): ReturnType<typeof openLog> {
    return openLog(this.#settings.logger, this.#info.exchange);
  }

  async *stream(): AsyncGenerator<string, void, undefined> {
    const { moderate, history: remembered, typing, clock } = this.#settings;
    const { context, exchange, openid } = this.#info;
    const verdict = await moderate.question?.(this.#question, this.#info);
    if (isStop(verdict)) {
      yield verdict.stop;
      return;
    }
    const question = typeof verdict === 'string' ? verdict : this.#question;

    const history = remembered ? new History(context, remembered) : undefined;
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
    const { system } = this.#settings;
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
    const { format, maxBytes, model } = this.#settings;
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
    const check = this.#settings.moderate.answer;
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

async function chooseLanguage<N extends MessageName>(
  { language }: ChatSettings<N>,
  message: MessageMap[N],
  exchange: Exchange<N>,
): Promise<Language> {
  const chosen = typeof language === 'function' ? await language(message, exchange) : language;
  return readLanguage(chosen) ?? 'zh';
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
