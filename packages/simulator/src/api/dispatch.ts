/** The steps of every call, in the platform's order: token, verb, body, quota, then its path. */

import type { AccountSettings } from '../world.ts';
import { asObject, type Call, type Endpoints, OK } from './call.ts';
import { type Endpoint, findEndpoint } from './catalogue.ts';
import type { ApiAnswer } from './contract.ts';
import type { Received } from './exchange.ts';
import { ApiRefusal, demand } from './refusal.ts';
import type { TokenKind, Tokens } from './tokens.ts';

export interface Dispatch {
  /** Returns the answer, or throws a `ApiRefusal`. */
  readonly answer: (received: Received, afterwards: Call['afterwards']) => unknown;
  /** Replaces the answers of a path. */
  readonly override: (path: string, answer: ApiAnswer) => void;
}

export interface Rooms {
  readonly account: AccountSettings;
  readonly tokens: Tokens;
  readonly endpoints: Endpoints;
  readonly takeQuota: (path: string) => void;
}

const KINDS: Record<'account' | 'user' | 'component', readonly TokenKind[]> = {
  account: ['classic', 'stable', 'authorizer'],
  user: ['user'],
  component: ['component'],
};

export function createDispatch({ account, tokens, endpoints, takeQuota }: Rooms): Dispatch {
  const overrides = new Map<string, ApiAnswer>();
  const counts = new Map<string, number>();

  function checkToken({ token }: Endpoint, query: Call['query']): string {
    if (!token) return '';
    if (token === 'account') {
      // Whose the environment is, or an account that shares it; there is one here.
      const { access_token, cloudbase_access_token: own, from_appid = account.appid } = query;
      demand(from_appid === account.appid, 40013);
      if (own !== undefined) return tokens.check(own, ['cloud']);
      if (account.pushFormat && access_token === undefined) return '';
    }
    const name = token === 'component' ? 'component_access_token' : 'access_token';
    return tokens.check(query[name], KINDS[token]);
  }

  function answerOtherwise({ request }: Received): unknown {
    const { path } = request;
    const count = (counts.get(path) ?? 0) + 1;
    counts.set(path, count);
    const override = overrides.get(path);
    return typeof override === 'function' ? override(request, count) : override;
  }

  return {
    override: (path, answer) => void overrides.set(path, answer),
    answer(received, afterwards) {
      const { request, form } = received;
      const { path, query } = request;
      const endpoint = findEndpoint(path, query);
      if (!endpoint) {
        if (overrides.has(path)) return answerOtherwise(received);
        throw new ApiRefusal(40066);
      }
      const holder = checkToken(endpoint, query);
      checkVerb(endpoint, request.method);
      checkBody(endpoint, received);
      takeQuota(path);
      if (overrides.has(path)) return answerOtherwise(received);
      const given = asObject(request.body);
      return endpoints[path]?.({ query, given, form, request, holder, afterwards }) ?? OK;
    },
  };
}

function checkVerb({ verb }: Endpoint, method: string): void {
  if (method !== verb) throw new ApiRefusal(verb === 'GET' ? 43001 : 43002);
}

function checkBody({ verb, body }: Endpoint, { request, form, refusal }: Received): void {
  if (refusal) throw refusal;
  const { rawBody, query } = request;
  if (body === 'form') {
    // Pictures may be given by address instead.
    const isByAddress = form.length === 0 && Boolean(query['img_url']);
    demand(form.some(({ filename }) => filename !== undefined) || isByAddress, 41005);
  }
  if (verb === 'POST' && body !== 'form') demand(rawBody !== '', 44002);
  if (body === 'json') {
    demand(typeof request.body === 'object' && request.body !== null, 47001);
  }
}
