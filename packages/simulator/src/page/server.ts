import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type Listening, type ListenOptions, listen } from '../http/listening.ts';
import { send, sendJson } from '../http/response.ts';
import { getMenu } from '../menu.ts';
import type { Simulator } from '../simulator.ts';
import { ACTIONS, getFaults } from './actions.ts';
import { readAsset } from './assets.ts';
import { readJson } from './body.ts';
import { createNames, findForeign, type Names, PAGE_HEADERS } from './guard.ts';
import { Journal } from './journal.ts';
import { type Shown, showMedia, Uploads } from './media.ts';
import { getMessage, RequestProblem } from './problem.ts';
import { Recorder } from './record.ts';
import type { Scene } from './scene.ts';
import { streamJournal } from './stream.ts';

/** The options of the chat page. */
export interface PageOptions extends ListenOptions {
  readonly simulator: Simulator;
  /** Further names under which browsers may reach the page, such as that of a tunnel. */
  readonly allowedHosts?: readonly string[];
  /** The bot's address, for display. */
  readonly target?: string;
}

/** A served chat page; its `url` ends with a slash. */
export type Page = Listening;

interface Exchange {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** Serves the chat page, and its access to the simulator. */
export async function servePage(options: PageOptions): Promise<Page> {
  const { simulator, host = '127.0.0.1' } = options;
  const journal = new Journal();
  const recorder = new Recorder(simulator, journal);
  let names: Names;
  let url = '';

  const scene: Scene = {
    simulator,
    journal,
    recorder,
    uploads: new Uploads(simulator),
    createAddress: (mediaId) => `${url}media/${mediaId}`,
  };

  const methods: Readonly<Record<string, (exchange: Exchange) => Promise<void>>> = {
    GET: get,
    HEAD: get,
    POST: post,
  };
  const stop = simulator.on((event) => recorder.record(event));
  const server = createServer((request, response) => {
    void answer(request, response).catch((error: unknown) => refuse(error, request, response));
  });
  const listening = await listen(server, options);
  url = `${listening.url}/`;
  names = createNames(host, Number(new URL(url).port) || 80, options.allowedHosts ?? []);
  return { url, close };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(PAGE_HEADERS)) response.setHeader(name, value);
    const foreign = findForeign(request, names);
    if (foreign) throw new RequestProblem(403, foreign);
    const address = `http://page${request.url ?? '/'}`;
    if (!URL.canParse(address)) throw new RequestProblem(400, 'no address');
    const { pathname, searchParams } = new URL(address);
    const { method = '' } = request;
    const respond = Object.hasOwn(methods, method) ? methods[method] : undefined;
    if (!respond) {
      response.setHeader('allow', Object.keys(methods).join(', '));
      throw new RequestProblem(405, 'GET, HEAD or POST');
    }
    await respond({ path: pathname, query: searchParams, request, response });
  }

  async function get({ path, query, request, response }: Exchange): Promise<void> {
    if (path === '/state') return sendJson(response, 200, state(query.get('user')));
    if (path === '/events') {
      const last = request.headers['last-event-id'] ?? query.get('after') ?? undefined;
      return streamJournal(journal, last?.toString(), request, response);
    }
    const file = readMedia(path) ?? (await readAsset(path));
    if (!file) throw new RequestProblem(404, 'nothing here');
    response.setHeader('content-length', file.bytes.length);
    send(response, 200, file.type, request.method === 'HEAD' ? undefined : file.bytes);
  }

  async function post({ path, request, response }: Exchange): Promise<void> {
    const action = Object.hasOwn(ACTIONS, path) ? ACTIONS[path] : undefined;
    if (!action) throw new RequestProblem(404, 'nothing here');
    sendJson(response, 200, action(scene, await readJson(request)));
  }

  function state(name: string | null): object {
    const { users } = simulator;
    const user = users.find((one) => one.name === name) ?? users[0];
    return {
      title: simulator.account.title,
      target: options.target ?? '',
      users: users.map(({ name, openid, follows }) => ({ name, openid, follows })),
      faults: getFaults(simulator),
      menu: getMenu(simulator.state, user && simulator.state.people[user.openid]),
      scenes: [...new Set(Object.values(simulator.state.qrCodes).map(({ scene }) => scene))],
      entries: journal.entries,
      after: `${journal.epoch}-${journal.last}`,
    };
  }

  function readMedia(path: string): Shown | undefined {
    const mediaId = /^\/media\/([\w.%-]{1,256})$/.exec(path)?.[1];
    return mediaId === undefined ? undefined : showMedia(simulator, decode(mediaId));
  }

  async function close(): Promise<void> {
    stop();
    await listening.close();
  }
}

/** Decodes percent-encoding; returns an unknown name when it is malformed. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}

function refuse(error: unknown, request: IncomingMessage, response: ServerResponse): void {
  if (response.headersSent) return void response.destroy();
  const status = error instanceof RequestProblem ? error.status : 500;
  // What was not read cannot be followed by another request.
  if (!request.complete) response.setHeader('connection', 'close');
  sendJson(response, status, { error: getMessage(error) });
}
