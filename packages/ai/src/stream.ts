import { acceptAny, type OptionTable, within } from '@wechat-mp/core/stores';
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { isChunk, readChunk } from './chunks.ts';
import { createProviderError, ModelStreamError } from './errors.ts';
import { checkAmount, readKnown } from './options.ts';

/**
 * The answer of a model: a text, a stream of a supported kind, a `Response` of fetch, the result of
 * `streamText`, or a promise of one.
 */
export type ModelAnswer =
  | string
  | AsyncIterable<unknown>
  | Iterable<unknown>
  | ReadableStream<unknown>
  | Response
  | object
  | PromiseLike<ModelAnswer>;

export interface ReadAnswerOptions {
  /** Ends the text and cancels its source. */
  signal?: AbortSignal | undefined;
  /** Maximum size of one answer in bytes; the rest is not read. Default: 1 MiB. */
  maxBytes?: number | undefined;
}

const MAX_BYTES = 1_048_576;

const READ_OPTIONS = {
  signal: { check: acceptAny<AbortSignal> },
  maxBytes: { initial: MAX_BYTES, check: checkAmount },
} satisfies OptionTable<ReadAnswerOptions>;

/**
 * Reads a model's answer as it arrives. When the signal aborts, the text ends without an error and
 * the source is cancelled; a source that fails makes the iteration reject. A function is called
 * with a signal that aborts as soon as reading stops, which some SDKs need to end their request.
 *
 * @example
 * for await (const text of readAnswer((signal) => streamText({ …, abortSignal: signal }))) …
 */
export async function* readAnswer(
  answer: ModelAnswer | ((signal: AbortSignal) => ModelAnswer),
  options: ReadAnswerOptions = {},
): AsyncGenerator<string, void, undefined> {
  const settings = readKnown('the options of readAnswer', READ_OPTIONS, options);
  const { signal, maxBytes } = settings;
  let bytes = 0;
  for await (const text of skipThoughts(readTexts(answer, signal))) {
    bytes += Buffer.byteLength(text);
    if (bytes > maxBytes) {
      throw new ModelStreamError(`the model's answer is longer than ${maxBytes} bytes (maxBytes)`);
    }
    if (text !== '') yield text;
  }
}

async function* readTexts(
  answer: ModelAnswer | ((signal: AbortSignal) => ModelAnswer),
  signal: AbortSignal | undefined,
): AsyncGenerator<string, void, undefined> {
  const ending = new AbortController();
  const source = openAnswer(answer, ending.signal);
  for await (const chunk of endOnAbort(source, ending, signal)) yield readChunk(chunk);
}

const THOUGHT = '<think>';
const THOUGHT_END = '</think>';

/** Leaves out the reasoning that some servers write at the beginning of the answer. */
async function* skipThoughts(
  texts: AsyncIterable<string>,
): AsyncGenerator<string, void, undefined> {
  let held = '';
  let state: ThoughtState = 'beginning';
  for await (const text of texts) {
    held += text;
    [state, held] = skipThought(state, held);
    if (state !== 'answering') continue;
    yield held;
    held = '';
  }
  if (state === 'beginning') yield held;
}

type ThoughtState = 'beginning' | 'thinking' | 'pausing' | 'answering';

/** Takes a thought off the text so far; returns where the answer stands, and what is left. */
function skipThought(state: ThoughtState, held: string): [ThoughtState, string] {
  switch (state) {
    case 'beginning': {
      const start = held.trimStart();
      if (THOUGHT.startsWith(start)) return ['beginning', held];
      return start.startsWith(THOUGHT) ? skipThought('thinking', held) : ['answering', held];
    }
    case 'thinking': {
      const end = held.indexOf(THOUGHT_END);
      // Its end may be cut between two pieces.
      if (end < 0) return ['thinking', THOUGHT + held.slice(-THOUGHT_END.length)];
      return skipThought('pausing', held.slice(end + THOUGHT_END.length));
    }
    case 'pausing': {
      const rest = held.trimStart();
      return [rest === '' ? 'pausing' : 'answering', rest];
    }
    case 'answering':
      return ['answering', held];
  }
}

/** Returns the chunks of an answer of any kind. `ended` aborts when reading stops. */
async function* openAnswer(
  answer: ModelAnswer | ((signal: AbortSignal) => ModelAnswer),
  ended: AbortSignal,
): AsyncGenerator<unknown, void, undefined> {
  const given: unknown = await (typeof answer === 'function'
    ? (answer as (signal: AbortSignal) => unknown)(ended)
    : answer);
  if (ended.aborted) await discard(given);
  else if (typeof given === 'string' || given === undefined || given === null) yield given;
  else if (typeof given === 'object') yield* findStream(given, ended);
  else {
    throw new ModelStreamError(
      `the model returned a ${typeof given}; give a text, a stream or a Response`,
    );
  }
}

type Chunks = AsyncIterable<unknown> | Iterable<unknown>;

/**
 * The members of a result that may hold its stream, in order: the AI SDK's `fullStream` reports
 * failures, its `textStream` does not.
 */
const MEMBERS = ['fullStream', 'textStream', 'stream'] as const;

function findStream(given: object, ended: AbortSignal): Chunks {
  if (isResponse(given)) return openResponse(given, ended);
  if (isWebStream(given)) return decodeBytes(iterateWebStream(given, ended));
  if (isIterable(given)) return decodeBytes(iterate(given, ended));
  for (const name of MEMBERS) {
    const member: unknown = (given as Record<string, unknown>)[name];
    if (typeof member === 'object' && member !== null) return findStream(member, ended);
  }
  if (isChunk(given)) return [given];
  const keys = Object.keys(given).slice(0, 20).join(', ') || '(none)';
  throw new ModelStreamError(
    `the model returned an object that is not a stream, with the keys ${keys}; give a text, a stream or a Response`,
  );
}

function isIterable(given: object): given is Chunks {
  return Symbol.asyncIterator in given || Symbol.iterator in given;
}

function isWebStream(given: object): given is ReadableStream<unknown> {
  return typeof (given as { getReader?: unknown }).getReader === 'function';
}

function isResponse(given: object): given is Response {
  const { headers, body, status } = given as Partial<Response>;
  return typeof status === 'number' && body !== undefined && typeof headers?.get === 'function';
}

/** Iterates with its own reader, which can be cancelled while it waits. */
async function* iterateWebStream<T>(
  stream: ReadableStream<T>,
  ended: AbortSignal,
): AsyncGenerator<T, void, undefined> {
  const reader = stream.getReader();
  const cancel = () => void reader.cancel().catch(() => undefined);
  ended.addEventListener('abort', cancel);
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) yield read.value;
  } finally {
    ended.removeEventListener('abort', cancel);
    cancel();
  }
}

/** Iterates over chunks, and cancels the source by the method of its kind. */
async function* iterate(chunks: Chunks, ended: AbortSignal): AsyncGenerator<unknown> {
  const cancel = () => {
    const { controller, destroy } = chunks as {
      controller?: AbortController; // of OpenAI's streams
      destroy?: () => void; // of Node's
    };
    if (typeof controller?.abort === 'function') controller.abort();
    else if (typeof destroy === 'function') destroy.call(chunks);
  };
  ended.addEventListener('abort', cancel);
  try {
    yield* chunks;
  } finally {
    ended.removeEventListener('abort', cancel);
  }
}

/** Decodes bytes to text, and passes on everything else. */
async function* decodeBytes(source: Chunks): AsyncGenerator<unknown> {
  const decoder = new TextDecoder();
  for await (const chunk of source) {
    yield chunk instanceof Uint8Array ? decoder.decode(chunk, { stream: true }) : chunk;
  }
  yield decoder.decode();
}

/** Reads a Response of fetch: server-sent events, JSON lines, JSON, or plain text. */
async function* openResponse(response: Response, ended: AbortSignal): AsyncGenerator<unknown> {
  if (!response.ok) {
    const refusal = await within(readRefusal(response, ended), REFUSAL_TIME);
    await discard(response);
    throw createProviderError('the address', { status: response.status, error: refusal?.value });
  }
  if (response.body === null) return;
  const type = response.headers.get('content-type') ?? '';
  const texts = decodeBytes(iterateWebStream(response.body, ended)) as AsyncIterable<string>;
  if (type.includes('text/event-stream')) yield* readEvents(texts);
  else if (/ndjson|jsonl|json-seq/.test(type)) yield* readLines(texts);
  else if (type.includes('json')) yield* readJson(texts);
  else yield* texts;
}

/** Maximum characters of a refusal that are read, and milliseconds that it may take. */
const REFUSAL_LENGTH = 16_384;
const REFUSAL_TIME = 1000;

/** Reads why an address refuses, where it says so in JSON. */
async function readRefusal({ body, headers }: Response, ended: AbortSignal): Promise<unknown> {
  if (!body || !headers.get('content-type')?.includes('json')) return undefined;
  let json = '';
  try {
    for await (const text of decodeBytes(iterateWebStream(body, ended))) {
      json += String(text);
      if (json.length > REFUSAL_LENGTH) return undefined;
    }
    return JSON.parse(json) as unknown;
  } catch {
    return undefined;
  }
}

async function* readJson(texts: AsyncIterable<string>): AsyncGenerator<unknown> {
  let json = '';
  for await (const text of texts) {
    json += text;
    if (json.length > MAX_BYTES) throw new ModelStreamError('the JSON is longer than 1 MiB');
  }
  yield parseJson(json);
}

async function* readEvents(texts: AsyncIterable<string>): AsyncGenerator<unknown> {
  const events: EventSourceMessage[] = [];
  const parser = createParser({
    onEvent: (event) => void events.push(event),
    maxBufferSize: MAX_BYTES,
  });
  for await (const text of texts) {
    parser.feed(text);
    for (const event of events.splice(0)) yield* readEvent(event);
  }
  // A last event without the empty line that ends it.
  parser.feed('\n\n');
  for (const event of events) yield* readEvent(event);
}

function* readEvent({ event, data }: EventSourceMessage): Generator<unknown> {
  if (data === '' || data === '[DONE]' || data === '"[DONE]"') return;
  const json = parseJson(data);
  // Names of events that their data repeats say nothing new; Coze's data has a type of its own.
  const isNamed = typeof json === 'object' && json !== null && ('type' in json || 'event' in json);
  const isPlain = event === undefined || (isNamed && !event.startsWith('conversation.'));
  yield isPlain ? json : { event, data: json };
}

async function* readLines(texts: AsyncIterable<string>): AsyncGenerator<unknown> {
  let rest = '';
  for await (const text of texts) {
    const lines = `${rest}${text}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') yield parseJson(line);
  }
  if (rest.trim() !== '') yield parseJson(rest);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // The error of JSON.parse shows some of the text.
    throw new ModelStreamError("the response of the model's server is not JSON");
  }
}

/** Ends the iteration as soon as the signal aborts, even while the source is silent. */
async function* endOnAbort(
  source: AsyncGenerator<unknown>,
  ending: AbortController,
  signal: AbortSignal | undefined,
): AsyncGenerator<unknown> {
  const onAbort = () => ending.abort();
  signal?.addEventListener('abort', onAbort);
  if (signal?.aborted) onAbort();
  const ended = new Promise<undefined>((resolve) => {
    const end = () => resolve(undefined);
    if (ending.signal.aborted) end();
    else ending.signal.addEventListener('abort', end, { once: true });
  });
  try {
    for (;;) {
      const next = source.next();
      next.catch(() => undefined);
      const result = await Promise.race([ended, next]);
      if (result === undefined || result.done) return;
      yield result.value;
    }
  } catch (error) {
    // Providers' clients reject when their own signal aborts: that is no failure.
    if (!signal?.aborted) throw error;
  } finally {
    signal?.removeEventListener('abort', onAbort);
    ending.abort();
    // A source that waits ends with its next chunk: nobody waits for that.
    source.return(undefined).catch(() => undefined);
  }
}

/** Cancels an answer that is not read. */
async function discard(given: unknown): Promise<void> {
  if (typeof given !== 'object' || given === null) return;
  try {
    if (isResponse(given)) await given.body?.cancel();
    else if (isWebStream(given)) await given.cancel();
    else (given as { controller?: AbortController }).controller?.abort?.();
  } catch {
    // It is being read, or has ended already.
  }
}
