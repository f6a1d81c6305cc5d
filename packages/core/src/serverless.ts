import { parse } from 'node:querystring';
import type { AccountResolver } from './account.ts';
import { systemClock } from './clock.ts';
import { InvalidArgumentError } from './errors.ts';
import type { WebhookRequest } from './exchange.ts';
import type { AccountOptions } from './options.ts';
import type { HandlersLike } from './router.ts';
import { findWaitUntil } from './wait-until.ts';
import { createWebhook, takeControls, type Webhook, type WebhookControls } from './webhook.ts';

export { InvalidArgumentError, NeedParamError } from './errors.ts';
export type { Webhook };

/** The result of a cloud function, from which its gateway creates the response. */
export interface FunctionResult {
  statusCode: number;
  headers: Record<string, string>;
  body: string;
  isBase64Encoded: false;
}

/** Answers WeChat's deliveries from a gateway to a cloud function. */
export interface FunctionHandler extends WebhookControls {
  /** Takes the event as an object, or as JSON, which some hosts pass. */
  (event: unknown, context?: unknown): Promise<FunctionResult>;
}

/**
 * WeChat for cloud functions behind a gateway: 腾讯云 SCF and CloudBase, 阿里云 FC, 华为云
 * FunctionGraph, AWS Lambda (API Gateway, function URLs, ALB), Netlify.
 *
 * Takes what `createWebhook` takes. Handlers find `{ event, context }` as `exchange.native`. When the
 * platform has hung up, the function returns only after its handler and late replies: see the table in the guide.
 *
 * @example
 * export const main = wechat('TOKEN', { text: (message) => `You said: ${message.content}` });
 * @throws {NeedParamError} when an option is missing
 * @throws {InvalidArgumentError} when an option or a handler's name is wrong; the function rejects
 *   with it when an event is no request of HTTP
 */
export function wechat(
  options: string | AccountOptions | AccountResolver,
  handlers: HandlersLike,
): FunctionHandler {
  const webhook = createWebhook(options, handlers);
  const answer = async (given: unknown, context?: unknown): Promise<FunctionResult> => {
    const event = readEvent(given);
    const since = systemClock.now();
    const work: Promise<unknown>[] = [];
    const { status, headers, body } = await webhook.handle({
      ...describeRequest(event),
      native: { event, context },
      waitUntil: findWaitUntil(context) ?? ((one) => void work.push(one)),
    });
    // Nobody hears of this any more, but the host stops the function once it has returned.
    if (systemClock.now() - since > HANGS_UP) await Promise.allSettled(work);
    return { statusCode: status, headers, body, isBase64Encoded: false };
  };
  return Object.assign(answer, takeControls(webhook));
}

/** Milliseconds after which the platform has hung up. */
const HANGS_UP = 5000;

type Query = WebhookRequest['query'];

/** The members of all known events; each host has some of them. */
interface GatewayEvent {
  version?: string;
  path?: string;
  rawPath?: string;
  httpMethod?: string;
  rawQueryString?: string;
  queryString?: Query;
  queryParameters?: Query;
  queryStringParameters?: Query | null;
  multiValueQueryStringParameters?: Query | null;
  requestContext?: { http?: { method?: string }; elb?: unknown };
  headers?: Record<string, string> | null;
  body?: unknown;
  isBase64Encoded?: unknown;
}

interface EventShape {
  readonly hosts: string;
  readonly method: (event: GatewayEvent) => string | undefined;
  /** Undefined when the event is not of this shape. */
  readonly query: (event: GatewayEvent) => Query | undefined;
}

const oldMethod = ({ httpMethod }: GatewayEvent) => httpMethod;
const newMethod = ({ requestContext }: GatewayEvent) => requestContext?.http?.method;

/** The shapes of events; the first with both a method and a query applies. */
const SHAPES: readonly EventShape[] = [
  {
    hosts: 'AWS API Gateway 2.0, Lambda function URL',
    method: newMethod,
    // `queryStringParameters` joins what is repeated by commas.
    query: ({ rawQueryString }) =>
      rawQueryString === undefined ? undefined : parse(rawQueryString),
  },
  {
    hosts: '阿里云 FC: HTTP trigger',
    method: newMethod,
    query: ({ version, queryParameters }) => queryParameters ?? (version === 'v1' ? {} : undefined),
  },
  {
    hosts: '阿里云 FC: API Gateway trigger',
    method: oldMethod,
    query: ({ queryParameters }) => queryParameters,
  },
  {
    hosts: '腾讯云 SCF: API Gateway and function URL',
    method: oldMethod,
    // `queryStringParameters` has only what the console declares.
    query: ({ queryString }) => queryString,
  },
  {
    hosts: 'AWS ALB',
    method: oldMethod,
    query: ({ requestContext, ...event }) =>
      requestContext?.elb ? decode(single(event)) : undefined,
  },
  {
    hosts: 'AWS API Gateway 1.0, CloudBase, 华为云 FunctionGraph, Netlify',
    method: oldMethod,
    query: single,
  },
];

/** Returns repeated values as arrays, when the event has them. */
function single(event: GatewayEvent): Query {
  const repeated = event.multiValueQueryStringParameters;
  if (!repeated) return event.queryStringParameters ?? {};
  return Object.fromEntries(
    Object.entries(repeated).map(([name, values]) => [
      name,
      Array.isArray(values) && values.length === 1 ? values[0] : values,
    ]),
  );
}

/** Decodes the query, which ALB passes undecoded. */
function decode(query: Query): Query {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    [value].flat().map((one) => `${name}=${one}`),
  );
  return parse(pairs.join('&'));
}

function readEvent(given: unknown): GatewayEvent {
  let event = given;
  if (typeof given === 'string' || given instanceof Uint8Array) {
    try {
      event = JSON.parse(Buffer.from(given as Uint8Array).toString());
    } catch {
      // Told below.
    }
  }
  if (typeof event === 'object' && event !== null) return event;
  throw notHttp();
}

function describeRequest(event: GatewayEvent): WebhookRequest {
  for (const shape of SHAPES) {
    const method = shape.method(event);
    const query = method && shape.query(event);
    if (method && query) {
      const path = event.rawPath ?? event.path;
      return { method, path, query, headers: readHeaders(event), body: readText(event) };
    }
  }
  throw notHttp();
}

function readHeaders({ headers }: GatewayEvent): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  );
}

function readText({ body, isBase64Encoded }: GatewayEvent): string | Uint8Array | undefined {
  if (body === undefined || body === null) return '';
  // A body that the gateway has parsed cannot be verified.
  if (typeof body !== 'string') return undefined;
  const isEncoded = isBase64Encoded === true || isBase64Encoded === 'true';
  return isEncoded ? Buffer.from(body, 'base64') : body;
}

function notHttp(): InvalidArgumentError {
  const hosts = SHAPES.map((shape) => shape.hosts).join('; ');
  return new InvalidArgumentError(
    `the event is not a known HTTP request. The function must be called by one of: ${hosts}`,
  );
}
