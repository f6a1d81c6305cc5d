import { createProviderError, ModelStreamError } from './errors.ts';

/** An object of unknown shape, as received from a provider. */
type ChunkObject = Readonly<Record<string, unknown>>;

/** Reads the chunks of one provider. */
interface ChunkReader {
  readonly name: string;
  /** Whether a chunk has this provider's shape. */
  readonly matches: (chunk: ChunkObject) => boolean;
  /** Returns the visible text of a chunk; throws when the provider reports a failure. */
  readonly read: (chunk: ChunkObject) => string;
}

const isShape = (value: unknown): value is ChunkObject =>
  typeof value === 'object' && value !== null;
const asShape = (value: unknown): ChunkObject => (isShape(value) ? value : {});
const asText = (value: unknown): string => (typeof value === 'string' ? value : '');
const asType = (chunk: ChunkObject): string => asText(chunk['type']);

/** Whether a member holds a failure; some providers also send `error: null`. */
const hasError = (chunk: ChunkObject): boolean =>
  isShape(chunk['error']) || Boolean(asText(chunk['error']));

/** Joins the text parts of a message's content, without reasoning, tool calls or pictures. */
function readContent(content: unknown): string {
  if (!Array.isArray(content)) return asText(content);
  return content
    .map((part: unknown) => {
      if (typeof part === 'string') return part;
      const { type, text, thought } = asShape(part);
      const isText =
        type === undefined || type === 'text' || type === 'output_text' || type === 'text_delta';
      return isText && thought !== true ? asText(text) : '';
    })
    .join('');
}

/** OpenAI's chat completions, and providers that use its format: DeepSeek, Qwen, Kimi, GLM. */
const chatCompletions: ChunkReader = {
  name: 'chat completions',
  matches: ({ choices, object }) => Array.isArray(choices) || object === 'chat.completion.chunk',
  read: ({ choices }) => {
    const [choice] = Array.isArray(choices) ? (choices as unknown[]) : [];
    const { delta, message, text } = asShape(choice);
    const { content, refusal } = asShape(delta ?? message);
    return readContent(content) || asText(refusal) || asText(text);
  },
};

/** OpenAI's responses API, as a stream. */
const responses: ChunkReader = {
  name: 'OpenAI responses',
  matches: (chunk) => asType(chunk).startsWith('response.') || Array.isArray(chunk['output']),
  read: (chunk) => {
    switch (asType(chunk)) {
      case 'response.output_text.delta':
      case 'response.refusal.delta':
        return asText(chunk['delta']);
      case 'response.failed':
      case 'response.error':
        throw createProviderError('OpenAI', asShape(chunk['response'])['error'] ?? chunk);
      default:
        return Array.isArray(chunk['output'])
          ? chunk['output'].map((item) => readContent(asShape(item)['content'])).join('')
          : '';
    }
  },
};

/** Dify: chat, agent and workflow applications. */
const dify: ChunkReader = {
  name: 'Dify',
  matches: ({ event }) => typeof event === 'string',
  read: (chunk) => {
    switch (chunk['event']) {
      case 'message':
      case 'agent_message':
        return asText(chunk['answer']);
      case 'text_chunk':
        return asText(asShape(chunk['data'])['text']);
      case 'error':
        throw createProviderError('Dify', chunk);
      default:
        return '';
    }
  },
};

const isCoze = (event: string): boolean =>
  event.startsWith('conversation.') || event === 'done' || event === 'error';

/** Coze: the objects of its SDK, and its server-sent events with their names. */
const coze: ChunkReader = {
  name: 'Coze',
  matches: ({ event, data }) =>
    typeof event === 'string' && isCoze(event) && (data !== undefined || event !== 'error'),
  read: ({ event, data }) => {
    const { type, content, last_error } = asShape(data);
    if (event === 'error') throw createProviderError('Coze', data);
    if (event === 'conversation.chat.failed') throw createProviderError('Coze', last_error ?? data);
    return event === 'conversation.message.delta' && type === 'answer' ? asText(content) : '';
  },
};

/** Anthropic's messages. */
const anthropic: ChunkReader = {
  name: 'Anthropic',
  matches: (chunk) => /^(message_|content_block_|ping$)/.test(asType(chunk)),
  read: (chunk) => (asType(chunk) === 'content_block_delta' ? readContent([chunk['delta']]) : ''),
};

/** LangChain's messages; a graph streams pairs of message and metadata. */
const langchain: ChunkReader = {
  name: 'LangChain',
  matches: (chunk) =>
    isLangChainMessage(chunk) || (Array.isArray(chunk) && isLangChainMessage(asShape(chunk[0]))),
  read: (chunk) => {
    const message = Array.isArray(chunk) ? asShape(chunk[0]) : chunk;
    const author = readAuthor(message);
    if (OTHERS.has(author)) return '';
    if (!MODELS.has(author)) throw createUnknownError(message);
    return readContent(message['content']);
  },
};

/** The types of LangChain's messages by their authors: a graph also streams what the model reads. */
const MODELS: ReadonlySet<string> = new Set(['ai', 'AIMessageChunk', 'generic']);
const OTHERS: ReadonlySet<string> = new Set([
  'human',
  'user',
  'system',
  'developer',
  'tool',
  'function',
  'remove',
]);

/** Returns the type of a message, or the role where that says more: a server may name neither. */
function readAuthor(message: ChunkObject): string {
  const type = readMessageType(message) ?? '';
  const role = asText(message['role']);
  return type === 'generic' && OTHERS.has(role) ? role : type;
}

const isLangChainMessage = (chunk: ChunkObject): boolean =>
  'content' in chunk && readMessageType(chunk) !== undefined;

function readMessageType(message: ChunkObject): string | undefined {
  const { getType, _getType, type } = message;
  if (typeof getType === 'function') return String(getType.call(message));
  if (typeof _getType === 'function') return String(_getType.call(message));
  return type === 'ai' || type === 'AIMessageChunk' ? type : undefined;
}

/** Parts of the AI SDK's `fullStream` and of its UI message streams. */
const aiSdk: ChunkReader = {
  name: 'the AI SDK',
  matches: (chunk) =>
    /^(start|finish|abort|error|raw|file|source|custom|text|reasoning|tool|data|message|step)(-|$)/.test(
      asType(chunk),
    ),
  read: (chunk) => {
    const { type, text, textDelta, delta } = chunk;
    if (type === 'error') throw createProviderError('the model', chunk['error'] ?? chunk);
    return type === 'text-delta' || type === 'text'
      ? asText(text) || asText(textDelta) || asText(delta)
      : '';
  },
};

/** Google's Gemini. */
const gemini: ChunkReader = {
  name: 'Gemini',
  matches: ({ candidates, usageMetadata }) => Array.isArray(candidates) || isShape(usageMetadata),
  read: ({ candidates }) => {
    const [candidate] = Array.isArray(candidates) ? (candidates as unknown[]) : [];
    return readContent(asShape(asShape(candidate)['content'])['parts']);
  },
};

/** Ollama's own format, and single messages that some SDKs return. */
const plainMessage: ChunkReader = {
  name: 'Ollama',
  matches: (chunk) =>
    isShape(chunk['message']) || (typeof chunk['response'] === 'string' && 'done' in chunk),
  read: ({ message, response }) => readContent(asShape(message)['content']) || asText(response),
};

/** Whole results, as returned by `generateText` and one-step workflows. */
const wholeText: ChunkReader = {
  name: 'a text',
  matches: ({ text, answer }) => typeof text === 'string' || typeof answer === 'string',
  read: ({ text, answer }) => asText(text) || asText(answer),
};

/** The supported chunk shapes, in order of precedence. */
const READERS: readonly ChunkReader[] = [
  chatCompletions,
  responses,
  anthropic,
  langchain,
  coze,
  dify,
  aiSdk,
  gemini,
  plainMessage,
  wholeText,
];

/**
 * Returns the text that one chunk of a model's stream adds to the answer; empty for reasoning,
 * tools and statistics.
 *
 * @throws {ModelStreamError} when the chunk reports a failure, or its shape is not known
 */
export function readChunk(chunk: unknown): string {
  if (typeof chunk === 'string') return chunk;
  if (chunk === null || chunk === undefined) return '';
  if (!isShape(chunk)) {
    throw new ModelStreamError(`a chunk of the model's stream is a ${typeof chunk}; ${KNOWN}`);
  }
  const reader = READERS.find(({ matches }) => matches(chunk));
  if (reader) {
    if (hasError(chunk) && reader !== aiSdk) throw createProviderError(reader.name, chunk['error']);
    return reader.read(chunk);
  }
  if (hasError(chunk)) throw createProviderError('the model', chunk['error']);
  throw createUnknownError(chunk);
}

function createUnknownError(chunk: ChunkObject): ModelStreamError {
  const keys = Object.keys(chunk).filter((key) => /^[\w.$-]{1,40}$/.test(key));
  return new ModelStreamError(
    `a chunk of the model's stream has an unknown shape, with the keys ${keys.slice(0, 20).join(', ') || '(none)'}; ${KNOWN}`,
  );
}

/** Whether an object is a chunk, or a whole answer, rather than a stream. */
export function isChunk(value: object): boolean {
  const shape = value as ChunkObject;
  return hasError(shape) || READERS.some(({ matches }) => matches(shape));
}

const KNOWN =
  'give texts, or the stream of OpenAI, the AI SDK, LangChain, Anthropic, Gemini, Ollama, Dify or Coze as it is';
