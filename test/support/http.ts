/** Servers on free ports, and a client that sends exactly the given bytes. */
import { once } from 'node:events';
import {
  createServer,
  type RequestListener,
  request,
  type Server,
  type ServerResponse,
} from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { inspect } from 'node:util';
import type { Logger } from '@wechat-mp/core';
import type { FastifyInstance } from 'fastify';
import type { Answer, Delivery } from './platform.ts';
import { until } from './until.ts';

export interface Sent {
  method: string;
  query: Record<string, string | string[]>;
  /** Several chunks go out one by one, without a Content-Length. */
  body?: string | Uint8Array | readonly (string | Uint8Array)[] | undefined;
  /** Null sends none. Default: text/xml, as the platform does. */
  contentType?: string | null;
  connection?: 'close' | 'keep-alive';
}

export interface HttpAnswer extends Answer {
  headers: Record<string, string | string[] | undefined>;
}

/** Sends one request on a connection of its own, by default one that closes after the answer. */
export async function send(address: string, sent: Sent): Promise<HttpAnswer> {
  const { method, body, contentType = 'text/xml', connection = 'close' } = sent;
  const chunks = typeof body === 'string' || body instanceof Uint8Array ? [body] : (body ?? []);
  const headers = {
    connection,
    ...(contentType !== null && body !== undefined && { 'content-type': contentType }),
    ...(chunks.length === 1 && { 'content-length': Buffer.byteLength(chunks[0] ?? '') }),
  };
  const client = request(`${address}?${search(sent.query)}`, { method, headers, agent: false });
  const answered = once(client, 'response');
  for (const [index, chunk] of chunks.entries()) {
    if (index > 0) await turn();
    client.write(chunk);
  }
  client.end();
  const [response] = await answered;
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += chunk;
  client.destroy();
  return {
    status: response.statusCode,
    contentType: response.headers['content-type'],
    headers: response.headers,
    body: text,
  };
}

/** Opens a connection to a server. */
export function dial(origin: string): Socket {
  const { hostname, port } = new URL(origin);
  return connect(Number(port), hostname).setEncoding('utf8');
}

/** Writes the head of a delivery's request, for whoever sends the bytes by themselves. */
export function writeHead(path: string, { query, body = '' }: Delivery, ...more: string[]): string {
  const lines = [
    `POST ${path}?${search(query)} HTTP/1.1`,
    'Host: localhost',
    'Content-Type: text/xml',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...more,
  ];
  return `${lines.join('\r\n')}\r\n\r\n`;
}

export function search(query: Sent['query']): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    [value].flat().map((one): [string, string] => [name, one]),
  );
  return new URLSearchParams(pairs).toString();
}

const closing: (() => Promise<unknown>)[] = [];
/** By their address: servers, and the last response that each began. */
const servers = new Map<string, { readonly server: Server; last?: ServerResponse }>();

/** Starts a server; gives its address. */
export async function listen(
  listener: (...args: Parameters<RequestListener>) => unknown,
): Promise<string> {
  const server = createServer((req, res) => void listener(req, res)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(async () => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  });
  return keep(server);
}

function keep(server: Server): string {
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const entry: { readonly server: Server; last?: ServerResponse } = { server };
  server.on('request', (_req, res: ServerResponse) => {
    entry.last = res;
  });
  servers.set(origin, entry);
  return origin;
}

/** Starts a Fastify app; gives its address. */
export async function listenFastify(app: FastifyInstance): Promise<string> {
  closing.push(async () => {
    app.server.closeAllConnections();
    await app.close();
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  return keep(app.server);
}

/** Whether a server that was started here has answered the last request that reached it. */
export function hasAnswered(origin: string): boolean {
  return servers.get(origin)?.last?.writableEnded ?? false;
}

/** Waits until a server that was started here has noticed that all its clients are gone. */
export async function untilDeserted(origin: string): Promise<void> {
  const server = servers.get(origin)?.server as Server;
  const count = () =>
    new Promise((resolve) => server.getConnections((_error, connections) => resolve(connections)));
  await until(async () => (await count()) === 0);
}

export async function closeServers(): Promise<void> {
  servers.clear();
  await Promise.all(closing.splice(0).map((close) => close()));
}

/** A logger that records its lines. */
export function recorder(): { logger: Logger; lines: string[] } {
  const lines: string[] = [];
  const write = (level: string) => (details: object, message: string) => {
    lines.push(`${level}: ${message} ${inspect(details, { depth: 9 })}`);
  };
  const logger = {
    error: write('error'),
    warn: write('warn'),
    info: write('info'),
    debug: write('debug'),
  };
  return { logger, lines };
}
