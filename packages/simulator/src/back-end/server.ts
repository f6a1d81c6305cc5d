/** Answers requests by a table, and records those that break its rules. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type Listening, type ListenOptions, listen } from '../http/listening.ts';
import { send, sendJson } from '../http/response.ts';
import { type BackEndCall, readCall } from './call.ts';
import { type BackEndResponse, type Endpoint, findEndpoint, Misfit } from './endpoint.ts';
import { pass } from './gate.ts';
import type { World } from './world.ts';

const JSON_TYPE = 'application/json; charset=UTF-8';

export interface Served extends Listening {
  readonly requests: readonly BackEndCall[];
  readonly problems: readonly string[];
}

interface Site {
  readonly table: readonly Endpoint[];
  readonly world: World;
  readonly requests: BackEndCall[];
  readonly problems: string[];
}

export async function serve(
  table: readonly Endpoint[],
  world: World,
  options: ListenOptions,
): Promise<Served> {
  const site: Site = { table, world, requests: [], problems: [] };
  const server = createServer((request, response) => {
    reply(site, request).then(
      (answer) => write(response, answer),
      // The client has gone away.
      () => response.destroy(),
    );
  });
  const listening = await listen(server, options);
  return { ...listening, requests: site.requests, problems: site.problems };
}

/** Answers a request; a text is the reason why there is no answer. */
async function reply(site: Site, request: IncomingMessage): Promise<BackEndResponse | string> {
  const { table, world, requests, problems } = site;
  const { call, faults } = await readCall(request);
  requests.push(call);
  const refuse = (why: string) => {
    problems.push(`${call.method} ${call.path}: ${why}`);
    return why;
  };
  const found = findEndpoint(table, call);
  if (!found) return refuse('there is no such path');
  const all = [...faults, ...found.faults];
  if (all.length > 0) return refuse(all.join('; '));
  try {
    return pass(found.endpoint, call, world);
  } catch (error) {
    if (error instanceof Misfit) return refuse(error.message);
    return refuse(`the simulator itself failed: ${String(error)}`);
  }
}

function write(response: ServerResponse, answer: BackEndResponse | string): void {
  if (typeof answer === 'string') {
    return sendJson(response, 400, { problem: answer }, JSON_TYPE);
  }
  const { json, html, bytes, type = 'image/jpeg', location, cookies = [] } = answer;
  if (cookies.length > 0) response.setHeader('set-cookie', [...cookies]);
  if (location !== undefined) {
    response.writeHead(302, { location }).end();
  } else if (bytes) {
    // The platform gives a length; an empty file has one too.
    response.setHeader('content-length', bytes.length);
    send(response, 200, type, bytes);
  } else if (html === undefined) {
    sendJson(response, 200, json, JSON_TYPE);
  } else {
    send(response, 200, 'text/html; charset=UTF-8', html);
  }
}
