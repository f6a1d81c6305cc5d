import type { ClientRequest } from 'node:http';
import type { Socket } from 'node:net';
import type { Agents, Delays, Method, Request } from 'got';
import got from 'got';
import type { Form } from './form.ts';

export interface SenderOptions {
  readonly https: { readonly ca?: string | Buffer | (string | Buffer)[] | undefined } | undefined;
  readonly agent: Agents | undefined;
  readonly userAgent?: string;
}

export interface Outgoing {
  readonly method: Method;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Form | undefined;
  /** Milliseconds to wait for an answer; for a file, for each silence, of a download up to its head. */
  readonly timeout: number;
  /** Whether the answer may be a file. Default: false. */
  readonly isDownload?: boolean;
}

/** A request on its way. */
export interface Sending {
  readonly stream: Request;
  /** Whether it may have arrived: without a connection nothing is sent. */
  readonly wasSent: () => boolean;
}

/** Creates the function that sends a request once, and follows nothing. */
export function createSender({ https, agent, userAgent }: SenderOptions) {
  const http = got.extend({
    retry: { limit: 0 },
    throwHttpErrors: false,
    // Neither a token nor a session may follow to another place.
    followRedirect: false,
    ...(userAgent !== undefined && { headers: { 'user-agent': userAgent } }),
    ...(agent && { agent }),
    ...(https?.ca && { https: { certificateAuthority: https.ca } }),
  });
  return (url: string, outgoing: Outgoing): Sending => {
    const { method, headers, body, timeout, isDownload = false } = outgoing;
    const isForm = typeof body === 'object';
    const stream = http.stream(url, {
      isStream: true,
      method,
      headers: isForm ? { ...headers, ...body.headers } : headers,
      timeout: isForm || isDownload ? boundSilences(timeout, isDownload) : { request: timeout },
      ...(body !== undefined && { body: isForm ? body.open() : body }),
    });
    // Else a POST waits for what is written to it.
    if (method === 'POST' && body === undefined) stream.end();
    let wasSent = false;
    stream.once('request', (request: ClientRequest) => {
      request.once('socket', (socket) => {
        callWhenConnected(socket, () => {
          wasSent = true;
        });
      });
    });
    return { stream, wasSent: () => wasSent };
  };
}

/**
 * Bounds each silence on the way of a file. A socket is silent as well while nobody reads what it
 * has, so those of a download are bounded up to its head, and after it by who reads.
 */
function boundSilences(timeout: number, isDownload: boolean): Delays {
  const connect = { lookup: timeout, connect: timeout, secureConnect: timeout };
  return isDownload
    ? { ...connect, send: timeout, response: timeout }
    : { ...connect, socket: timeout };
}

/** Calls a function once requests leave by a socket, at once if they do: it may have been used before. */
function callWhenConnected(socket: Socket, call: () => void): void {
  const { pending, secureConnecting } = socket as Socket & { secureConnecting?: boolean };
  if (secureConnecting) socket.once('secureConnect', call);
  else if (pending) socket.once('connect', call);
  else call();
}
