/** The simulator's API with a clock of its own, and how tests ask it. */
import { OfficialClient } from '@wechat-mp/core/official';
import { type Api, startApi } from '../../packages/simulator/src/api/server.ts';
import { createVirtualClock, type VirtualClock } from '../../packages/simulator/src/clock.ts';
import type { Received, SimulatorEvent } from '../../packages/simulator/src/events.ts';
import { emptyState, type Person } from '../../packages/simulator/src/state.ts';
import type { WireFields } from '../../packages/simulator/src/wire.ts';
import type { World } from '../../packages/simulator/src/world.ts';

export type Answer = Record<string, unknown>;

/** Seconds that tokens live. */
export const LIFE = 7200;
export const APPID = 'wx0123456789abcdef';
export const APPSECRET = 'ca5e0123456789abcdef0123456789ab';
/** How a refusal ends. */
export const RID = /^.+ rid: [0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}$/;

export interface Desk {
  readonly api: Api;
  readonly world: World;
  readonly clock: VirtualClock;
  readonly client: OfficialClient;
  readonly shown: { readonly openid: string; readonly received: Received }[];
  readonly notified: { readonly type: string; readonly fields: WireFields }[];
  readonly events: SimulatorEvent[];
}

const opened: Desk[] = [];

/** A follower who wrote nothing yet. */
export function createPerson(openid: string, about: Partial<Person> = {}): Person {
  return {
    name: openid,
    openid,
    follows: true,
    followedAt: 1_700_000_000,
    scene: '',
    remark: '',
    language: 'zh_CN',
    tagIds: [],
    isBlocked: false,
    allowances: [],
    ...about,
  };
}

/** So many openids. */
export const openids = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `o${index}`);

/** An API with these people. */
export async function open(...people: Person[]): Promise<Desk> {
  const clock = createVirtualClock(1_700_000_000_000);
  const [shown, notified, events]: [Desk['shown'], Desk['notified'], Desk['events']] = [[], [], []];
  const world: World = {
    account: {
      title: '公众号',
      id: 'gh_97417a04a28d',
      token: 'TOKEN',
      appid: APPID,
      appsecret: APPSECRET,
      encodingAESKey: undefined,
      mode: 'plain',
    },
    clock,
    state: {
      ...emptyState(),
      people: Object.fromEntries(people.map((person) => [person.openid, person])),
    },
    emit: (event) => void events.push(event),
    show: ({ openid }, received) => void shown.push({ openid, received }),
    notify: (_, type, fields = {}) => void notified.push({ type, fields }),
  };
  const api = await startApi(world);
  const client = new OfficialClient({
    appid: APPID,
    appsecret: APPSECRET,
    baseUrl: api.url,
    retry: 0,
    logger: { error() {}, warn() {}, info() {}, debug() {} },
  });
  const desk = { api, world, clock, client, shown, notified, events };
  opened.push(desk);
  return desk;
}

/** For `afterEach`. */
export async function closeAll(): Promise<void> {
  await Promise.all(opened.splice(0).map(({ api }) => api.close()));
}

/** GET, or POST when there is a body: text as it is, all else as JSON. */
export async function call(
  { api }: Desk,
  path: string,
  query: Record<string, string> = {},
  body?: unknown,
): Promise<Answer> {
  const init = body === undefined ? {} : { method: 'POST', body: toText(body) };
  const answer = await fetch(`${api.url}${path}?${new URLSearchParams(query)}`, init);
  return (await answer.json()) as Answer;
}

const toText = (body: unknown) => (typeof body === 'string' ? body : JSON.stringify(body));
const IDENTITY = { grant_type: 'client_credential', appid: APPID, secret: APPSECRET };

export const askClassic = (desk: Desk, wrong: Record<string, string> = {}): Promise<Answer> =>
  call(desk, '/cgi-bin/token', { ...IDENTITY, ...wrong });

export const askStable = (desk: Desk, more: Record<string, unknown> = {}): Promise<Answer> =>
  call(desk, '/cgi-bin/stable_token', {}, { ...IDENTITY, ...more });

export async function getToken(desk: Desk): Promise<string> {
  return desk.api.tokens().stable ?? ((await askStable(desk))['access_token'] as string);
}

export async function withToken(
  desk: Desk,
  path: string,
  body?: unknown,
  query: Record<string, string> = {},
): Promise<Answer> {
  return call(desk, path, { access_token: await getToken(desk), ...query }, body);
}

/** Calls the API with a token; the answer has no errcode when it is valid. */
export async function probe(desk: Desk, token: unknown): Promise<unknown> {
  return (await call(desk, '/cgi-bin/getcallbackip', { access_token: token as string }))['errcode'];
}
