/**
 * A model's address: OpenAI's chat completions and responses, Dify's chat messages and Coze's chats,
 * as their streams are documented. Shares no code with the library.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

interface ModelRequest {
  readonly path: string;
  readonly body: Record<string, unknown>;
  readonly headers: IncomingMessage['headers'];
}

/** The behaviour of the model for a request. */
export interface Play {
  /** The pieces of its answer. */
  readonly pieces: readonly string[] | AsyncIterable<string>;
  /** Its reasoning, which must not be shown. */
  readonly reasoning?: string;
  /** Does not say whose message it writes, as some gateways of OpenAI's format. */
  readonly isNameless?: boolean;
  /** Fails after the pieces, as the protocol has it. */
  readonly fails?: boolean;
  /** Calls a tool instead of answering. */
  readonly call?: { readonly name: string; readonly arguments: object };
}

interface ModelServer {
  readonly url: string;
  readonly requests: ModelRequest[];
  /** How many answers were given up by the client. */
  readonly closed: () => number;
  /** How many are being written. */
  readonly open: () => number;
  readonly close: () => Promise<void>;
}

export async function startModelServer(
  play: (request: ModelRequest) => Play,
): Promise<ModelServer> {
  const requests: ModelRequest[] = [];
  let closed = 0;
  let open = 0;

  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    let text = '';
    for await (const chunk of req) text += String(chunk);
    const { pathname } = new URL(req.url ?? '', 'http://localhost');
    const body = JSON.parse(text || '{}') as Record<string, unknown>;
    const request = { path: pathname, body, headers: req.headers };
    requests.push(request);
    const protocol = PROTOCOLS[pathname];
    if (!protocol) return void res.writeHead(404).end();
    open += 1;
    let isDone = false;
    res.on('close', () => {
      open -= 1;
      if (!isDone) closed += 1;
    });
    res.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    for await (const line of protocol(play(request))) {
      if (res.destroyed) return;
      res.write(line);
    }
    isDone = true;
    res.end();
  }

  const server = createServer((req, res) => void answer(req, res).catch(() => res.destroy()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    closed: () => closed,
    open: () => open,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** How a server says that it fails; some repeat the key that they were given. */
const FAILURE = 'The server is busy, try later. Key: sk-PRIVATE-0123456789';

type Protocol = (play: Play) => AsyncIterable<string>;

const data = (value: unknown, event?: string) =>
  `${event ? `event: ${event}\n` : ''}data: ${typeof value === 'string' ? value : JSON.stringify(value)}\n\n`;

async function* chatCompletions(play: Play): AsyncIterable<string> {
  const { pieces, reasoning, isNameless, fails, call } = play;
  const head = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'small' };
  const chunk = (delta: object, finish_reason: string | null = null) =>
    data({ ...head, choices: [{ index: 0, delta, finish_reason }] });
  if (!isNameless) yield chunk({ role: 'assistant', content: '' });
  if (reasoning) yield chunk({ reasoning_content: reasoning });
  if (call) {
    const tool = { name: call.name, arguments: JSON.stringify(call.arguments) };
    yield chunk({ tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: tool }] });
    yield chunk({}, 'tool_calls');
    yield data('[DONE]');
    return;
  }
  for await (const content of pieces) yield chunk({ content });
  if (fails) {
    yield data({ error: { message: FAILURE, type: 'server_error', code: 'overloaded' } });
    return;
  }
  yield chunk({}, 'stop');
  yield data({
    ...head,
    choices: [],
    usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 },
  });
  yield data('[DONE]');
}

async function* responses({ pieces, reasoning, fails }: Play): AsyncIterable<string> {
  let sequence_number = 0;
  const event = (type: string, more: object) =>
    data({ type, sequence_number: sequence_number++, ...more }, type);
  const response = { id: 'resp_1', object: 'response', model: 'small', output: [] };
  const at = { item_id: 'msg_1', output_index: 0, content_index: 0 };
  yield event('response.created', { response: { ...response, status: 'in_progress' } });
  if (reasoning) yield event('response.reasoning_summary_text.delta', { ...at, delta: reasoning });
  let text = '';
  for await (const delta of pieces) {
    text += delta;
    yield event('response.output_text.delta', { ...at, delta, logprobs: [] });
  }
  if (fails) {
    const error = { code: 'server_error', message: FAILURE };
    yield event('response.failed', { response: { ...response, status: 'failed', error } });
    return;
  }
  yield event('response.output_text.done', { ...at, text, logprobs: [] });
  yield event('response.completed', { response: { ...response, status: 'completed' } });
}

async function* dify({ pieces, reasoning, fails }: Play): AsyncIterable<string> {
  const head = { task_id: 't1', message_id: 'm1', conversation_id: 'c1', created_at: 1 };
  yield 'event: ping\n\n';
  if (reasoning) yield data({ event: 'agent_thought', ...head, thought: reasoning });
  for await (const answer of pieces) yield data({ event: 'message', ...head, answer });
  if (fails) {
    yield data({
      event: 'error',
      ...head,
      status: 400,
      code: 'completion_request_error',
      message: FAILURE,
    });
    return;
  }
  yield data({ event: 'message_end', ...head, metadata: { usage: {} } });
}

async function* coze({ pieces, reasoning, fails }: Play): AsyncIterable<string> {
  const head = { id: '1', conversation_id: '2', bot_id: '3', chat_id: '4' };
  const message = (content: string, more: object = {}) => ({
    ...head,
    role: 'assistant',
    type: 'answer',
    content,
    content_type: 'text',
    ...more,
  });
  yield data({ ...head, status: 'created' }, 'conversation.chat.created');
  if (reasoning) {
    yield data(message('', { reasoning_content: reasoning }), 'conversation.message.delta');
  }
  let text = '';
  for await (const piece of pieces) {
    text += piece;
    yield data(message(piece), 'conversation.message.delta');
  }
  if (fails) {
    const last_error = { code: 4000, msg: FAILURE };
    yield data({ ...head, status: 'failed', last_error }, 'conversation.chat.failed');
    return;
  }
  yield data(message(text), 'conversation.message.completed');
  yield data(message('其他问题？', { type: 'follow_up' }), 'conversation.message.completed');
  yield data({ ...head, status: 'completed' }, 'conversation.chat.completed');
  yield data('"[DONE]"', 'done');
}

const PROTOCOLS: Readonly<Record<string, Protocol>> = {
  '/v1/chat/completions': chatCompletions,
  '/v1/responses': responses,
  '/v1/chat-messages': dify,
  '/v3/chat': coze,
};
