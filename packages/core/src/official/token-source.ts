import { setTimeout as pause } from 'node:timers/promises';
import { describeError, summarizeError } from '../describe-error.ts';
import { InvalidArgumentError, WechatError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { Credential } from './credential.ts';
import { NetworkError } from './errors.ts';
import { MemoryTokenStore, type Token } from './token-store.ts';

/** The request to a source. */
export interface TokenRequest {
  /** The token that the platform refused: another one is needed. */
  readonly refused?: string | undefined;
}

/**
 * Returns the current access token, for example from a central server (中控服务器) that fetches it
 * for all.
 */
export type AccessTokenSource = (
  request: TokenRequest,
) => GivenAccessToken | Promise<GivenAccessToken>;

export interface GivenAccessToken {
  readonly accessToken: string;
  /** Unix seconds. Default: when the platform refuses it. */
  readonly expiresAt?: number | undefined;
}

/** Returns the current ticket of the JS-SDK. */
export type TicketSource = (request: TokenRequest) => GivenTicket | Promise<GivenTicket>;

export interface GivenTicket {
  readonly ticket: string;
  /** Unix seconds. Default: never. */
  readonly expiresAt?: number | undefined;
}

export interface TokenSourceParts {
  /** The option’s name, for messages. */
  readonly name: 'accessToken' | 'jsapiTicket';
  /** The member of the answer that has the token. */
  readonly field: 'accessToken' | 'ticket';
  readonly source: (request: TokenRequest) => unknown;
  /** Milliseconds to wait for an answer. */
  readonly timeout: number;
  readonly logger: Logger;
  readonly now: () => number;
}

/**
 * Creates a credential from a function. It is stored for this client alone: the function serves all
 * processes.
 */
export function createSourcedCredential(parts: TokenSourceParts): Credential {
  const { name, logger, now } = parts;
  return new Credential({
    name,
    key: name,
    store: new MemoryTokenStore(),
    logger,
    now,
    isStable: false,
    given: undefined,
    async fetch({ refused }) {
      const since = now();
      const answer = await callSource(parts, { refused });
      return { answer: Object(answer) as object, token: readToken(answer, parts, since) };
    },
  });
}

const LATE = Symbol('late');

async function callSource(
  { name, source, timeout }: TokenSourceParts,
  request: TokenRequest,
): Promise<unknown> {
  const answered = new AbortController();
  const late = pause(timeout, LATE, { signal: answered.signal });
  try {
    const answer = await Promise.race([(async () => source(request))(), late]);
    if (answer !== LATE) return answer;
  } catch (error) {
    if (error instanceof WechatError) throw error;
    const cause = describeError(error);
    const said = `the function failed: ${summarizeError(error)}`;
    throw new NetworkError(name, said, { wasSent: false, cause });
  } finally {
    answered.abort();
  }
  const said = `the function returned no token within ${timeout} ms`;
  throw new NetworkError(name, said, { wasSent: false });
}

/** The largest value that is in seconds: 5138 in seconds, 1973 in milliseconds. */
const LATEST = 1e11;

function readToken(answer: unknown, { name, field }: TokenSourceParts, since: number): Token {
  const { [field]: value, expiresAt } = Object(answer) as Readonly<Record<string, unknown>>;
  const isTime = typeof expiresAt === 'number' && expiresAt >= 0 && expiresAt < LATEST;
  if (typeof value === 'string' && value !== '' && (expiresAt === undefined || isTime)) {
    return { value, since, expiresAt: expiresAt === undefined ? Infinity : expiresAt * 1000 };
  }
  throw new InvalidArgumentError(
    `the function ${name} must return { ${field}, expiresAt }: a text, and when it expires in Unix seconds or undefined`,
  );
}
