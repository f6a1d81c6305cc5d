/** Answers requests by a table, and writes down what did not fit. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Call, readCall } from './call.ts';
import { type Answer, type Endpoint, findEndpoint, Misfit } from './endpoint.ts';

export interface Records {
  readonly requests: Call[];
  readonly problems: string[];
}

export interface Served extends Records {
  readonly url: string;
  close(): Promise<void>;
}

export interface Site<World> {
  readonly table: readonly Endpoint<World>[];
  readonly world: World;
  /** Answers in place of the row: a session that is lost, or what a test has set. */
  readonly gate: (endpoint: Endpoint<World>, call: Call) => Answer | undefined;
}

export async function serve<World>(site: Site<World>): Promise<Served> {
  const records: Records = { requests: [], problems: [] };
  const server = createServer((request, response) => {
    reply(site, records, request).then(
      (answer) => write(response, answer),
      // The client has gone away.
      () => response.destroy(),
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    ...records,
    url: `http://127.0.0.1:${port}`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function reply<World>(
  site: Site<World>,
  { requests, problems }: Records,
  request: IncomingMessage,
): Promise<Answer | string> {
  const { call, faults } = await readCall(request);
  requests.push(call);
  const refuse = (why: string) => {
    problems.push(`${call.method} ${call.path}: ${why}`);
    return why;
  };
  const found = findEndpoint(site.table, call);
  if (!found) return refuse('there is no such path');
  const all = [...faults, ...found.faults];
  if (all.length > 0) return refuse(all.join('; '));
  try {
    return site.gate(found.endpoint, call) ?? found.endpoint.handle(call, site.world);
  } catch (error) {
    if (error instanceof Misfit) return refuse(error.message);
    return refuse(`the fake itself failed: ${String(error)}`);
  }
}

function write(response: ServerResponse, answer: Answer | string): void {
  if (typeof answer === 'string') {
    response.writeHead(400, { 'content-type': 'application/json; charset=UTF-8' });
    response.end(JSON.stringify({ fake: answer }));
    return;
  }
  const { json, html, bytes, type, location, cookies = [] } = answer;
  if (cookies.length > 0) response.setHeader('set-cookie', [...cookies]);
  if (location !== undefined) {
    response.writeHead(302, { location }).end();
  } else if (bytes) {
    // The platform gives a length; an empty file has one too.
    response.writeHead(200, { 'content-type': type ?? 'image/jpeg', 'content-length': bytes.length }).end(bytes);
  } else if (html === undefined) {
    response.writeHead(200, { 'content-type': 'application/json; charset=UTF-8' });
    response.end(JSON.stringify(json));
  } else {
    response.writeHead(200, { 'content-type': 'text/html; charset=UTF-8' }).end(html);
  }
}
