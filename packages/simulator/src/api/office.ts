/** Everything that answers calls; a reset creates it again. */
import type { World } from '../world.ts';
import { createAccount } from './account.ts';
import { showArticle } from './articles.ts';
import type { Endpoints, Platform } from './call.ts';
import { createComponent } from './component.ts';
import { createConsent } from './consent.ts';
import type { ApiAnswer, ApiRequest, Failure, RawAnswer } from './contract.ts';
import { customEndpoints } from './custom.ts';
import { createDispatch, type Dispatch } from './dispatch.ts';
import { listEndpoints } from './lists.ts';
import { massEndpoints } from './mass.ts';
import { mediaEndpoints, showMedia } from './media.ts';
import { menuEndpoints } from './menus.ts';
import { newsEndpoints } from './news.ts';
import { createOauth } from './oauth.ts';
import { peopleEndpoints } from './people.ts';
import { qrcodeEndpoints } from './qrcodes.ts';
import { createQuotas } from './quotas.ts';
import { tagEndpoints } from './tags.ts';
import { templateEndpoints } from './templates.ts';
import { Tokens } from './tokens.ts';

const MEDIA = /^\/media\/([\w-]+)$/;

export interface Office {
  readonly tokens: Tokens;
  readonly answer: Dispatch['answer'];
  /** Returns the answer of an address for browsers; undefined for all others. */
  readonly showPage: (request: ApiRequest) => RawAnswer | undefined;
  readonly override: (path: string, answer: ApiAnswer) => void;
  readonly setIpRefused: (ip: string | undefined) => void;
  readonly setQuota: (path: string, left: number) => void;
  readonly authorize: (appid?: string) => string;
  readonly failNext: (path: string, how: Failure, times: number) => void;
  /** Returns the failure of the next call of a path. */
  readonly takeFailure: (path: string) => Failure | undefined;
  /** Content types by path, in place of the answers' own. */
  readonly contentTypes: Map<string, string>;
  /** In milliseconds. */
  latency: number;
}

export function openOffice(world: World, url: string): Office {
  const tokens = new Tokens(() => world.clock.now());
  const platform: Platform = { world, tokens, url };
  const account = createAccount(platform);
  const quotas = createQuotas(platform);
  const component = createComponent(platform);
  const oauth = createOauth(platform, component.isAuthorized);
  const endpoints: Endpoints = {
    ...account.endpoints,
    ...quotas.endpoints,
    ...component.endpoints,
    ...oauth.endpoints,
    ...menuEndpoints(platform),
    ...peopleEndpoints(platform),
    ...tagEndpoints(platform),
    ...mediaEndpoints(platform),
    ...newsEndpoints(platform),
    ...customEndpoints(platform),
    ...templateEndpoints(platform),
    ...massEndpoints(platform),
    ...qrcodeEndpoints(platform),
    ...listEndpoints(platform),
  };
  const dispatch = createDispatch({
    account: world.account,
    tokens,
    endpoints,
    takeQuota: quotas.take,
  });
  const showConsent = createConsent(platform, oauth.issueCode);
  const failures = new Map<string, Failure[]>();

  return {
    tokens,
    answer: dispatch.answer,
    showPage(request) {
      const [, media] = MEDIA.exec(request.path) ?? [];
      if (media !== undefined) return showMedia(world, media);
      return showArticle(world, request.path) ?? showConsent(request);
    },
    override: dispatch.override,
    setIpRefused: account.setIpRefused,
    setQuota: quotas.set,
    authorize: component.authorize,
    failNext(path, how, times) {
      const more = Array.from({ length: times }, () => how);
      failures.set(path, [...(failures.get(path) ?? []), ...more]);
    },
    takeFailure: (path) => failures.get(path)?.shift(),
    contentTypes: new Map(),
    latency: 0,
  };
}
