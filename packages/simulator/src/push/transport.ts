import { once } from 'node:events';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Webhook } from '@wechat-mp/core';
import type { DeliveryRecord } from '../events.ts';
import { readBody } from '../http/body.ts';
import { joinHeaders } from '../http/response.ts';
import type { Sealed } from './envelope.ts';

export type Response = NonNullable<DeliveryRecord['response']>;

/** Sends a request to the bot. Rejects, with a message for its developer, when there is no answer. */
type Carry = (sealed: Sealed, signal: AbortSignal) => Promise<Response>;

/** The connection to the bot. */
export interface Transport {
  /** Returns the path and the query of a request, for the log. */
  createUrl(sealed: Sealed): string;
  readonly carry: Carry;
}

/** Maximum size of an answer in bytes; a longer one is not read. */
const ANSWER_BYTES = 1024 * 1024;

/** Creates a transport to an address, with a connection for each request, or to a webhook in this process. */
export function createTransport(target: string | Webhook): Transport {
  return typeof target === 'string' ? overHttp(new URL(target)) : inProcess(target);
}

function overHttp(target: URL): Transport {
  const request = target.protocol === 'https:' ? requestHttps : requestHttp;
  const createUrl = ({ query }: Sealed) => {
    const search = new URLSearchParams([...target.searchParams, ...Object.entries(query)]);
    return `${target.pathname}?${search.toString()}`;
  };
  return {
    createUrl,
    async carry(sealed, signal) {
      const { method, body, headers = {} } = sealed;
      const bytes = Buffer.from(body);
      const client = request({
        hostname: target.hostname.replace(/^\[(.*)\]$/, '$1'),
        port: target.port,
        path: createUrl(sealed),
        method,
        headers: {
          host: target.host,
          'user-agent': 'Mozilla/4.0',
          accept: '*/*',
          ...(method === 'POST'
            ? { 'content-type': 'text/xml', 'content-length': bytes.length }
            : {}),
          ...headers,
        },
        agent: false,
        signal,
      });
      // A connection may break after its answer as well.
      client.on('error', () => {});
      try {
        client.end(bytes);
        const [response] = await once(client, 'response');
        const content = await readBody(response, ANSWER_BYTES, 'leave');
        if (!content) throw new Error('the answer is longer than 1 MiB; the rest was not read');
        return {
          status: response.statusCode,
          headers: joinHeaders(response.headers),
          body: content.toString(),
          plain: undefined,
        };
      } catch (error) {
        throw signal.aborted ? error : new Error(describeFailure(error, target));
      } finally {
        client.destroy();
      }
    },
  };
}

function inProcess(webhook: Webhook): Transport {
  return {
    createUrl: ({ query }) => `/?${new URLSearchParams(query).toString()}`,
    async carry({ method, query, body, headers }, signal) {
      const about = { query, signal, ...(headers && { headers }) };
      const request = method === 'POST' ? { ...about, method, body } : { ...about, method };
      const response = await webhook.handle(request);
      return { ...response, plain: undefined };
    },
  };
}

/** The meanings of network errors, by Node's code. */
const FAILURES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing is listening at the target: is the bot running, on this port?',
  ECONNRESET: 'the bot closed the connection before it answered',
  ENOTFOUND: 'the name of the target is unknown (DNS)',
  EAI_AGAIN: 'the name of the target cannot be looked up (DNS)',
  EHOSTUNREACH: 'the target cannot be reached',
  ENETUNREACH: 'the target cannot be reached',
  ETIMEDOUT: 'the target cannot be reached',
  EPIPE: 'the bot closed the connection before it read the message',
  EPROTO: 'the target does not speak TLS properly: http in place of https?',
  ERR_SSL_WRONG_VERSION_NUMBER: 'the target does not speak TLS: http in place of https?',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'the certificate is self-signed',
  CERT_HAS_EXPIRED: 'the certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate is for another domain',
};

function describeFailure(error: unknown, { host }: URL): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (code.startsWith('HPE_')) return 'the answer is not HTTP';
  if (message === 'aborted') return 'the bot closed the connection in the middle of its answer';
  const known = FAILURES[code];
  return known ? `${known} (${host}, ${code})` : message || code || 'no answer';
}
