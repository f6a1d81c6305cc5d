/** The current login by QR code. */
import type { BackEndCall } from './call.ts';
import { STATUSES, showCode, startAttempt } from './codes.ts';
import { type BackEndResponse, type Endpoint, verdict } from './endpoint.ts';
import { begin } from './login.ts';
import type { World } from './world.ts';

/** Fields that every script of the page adds; before a login there is no token. */
const COMMON = 'token= lang=zh_CN f=json ajax=1 fingerprint?=<text>';

const invalid = (): BackEndResponse => verdict(200_003, 'invalid session');

/** Whether a login is in progress, by its cookie alone. */
function isGoing({ cookies }: BackEndCall, { codes }: World): boolean {
  return codes.uuid !== undefined && cookies['uuid'] === codes.uuid;
}

function start(_: BackEndCall, { codes }: World): BackEndResponse {
  const uuid = startAttempt(codes);
  // `Secure` is left out, as for the cookies of a session.
  return { ...verdict(0), cookies: [`uuid=${uuid}; Path=/; HttpOnly`] };
}

function show(call: BackEndCall, world: World): BackEndResponse {
  if (!isGoing(call, world)) return invalid();
  const bytes = showCode(world.codes, world.qrCode);
  world.onQrCode(world.phone);
  return { bytes };
}

function answerPoll(call: BackEndCall, world: World): BackEndResponse {
  const { codes } = world;
  if (!isGoing(call, world) || codes.state === 'started') return invalid();
  const status = codes.told ?? STATUSES[codes.state];
  const isScanned = status === 4 || status === 6;
  return verdict(0, 'ok', {
    status,
    acct_size: isScanned ? 2 : 0,
    binduin: 0,
    user_category: status === 1 ? 2 : 0,
  });
}

function finish(call: BackEndCall, world: World): BackEndResponse {
  if (!isGoing(call, world) || world.codes.state !== 'confirmed') return invalid();
  world.codes.state = 'done';
  world.codes.uuid = undefined;
  return begin(world);
}

export const qrEndpoints: readonly Endpoint[] = [
  {
    method: 'POST',
    path: '/cgi-bin/bizlogin',
    query: 'action?=prelogin',
    form: 'action=prelogin token?= lang?=zh_CN f?=json ajax?=1 fingerprint?=<text>',
    script: 'either',
    needsSession: false,
    handle: () => verdict(0, 'ok', { eignor_passwd_result: 0, ignor_passwd_list: [] }),
  },
  {
    method: 'POST',
    path: '/cgi-bin/bizlogin',
    query: 'action=startlogin',
    form: `userlang=zh_CN redirect_url= login_type=3 sessionid=<int> ${COMMON}`,
    script: 'either',
    needsSession: false,
    handle: start,
  },
  {
    method: 'GET',
    path: '/cgi-bin/scanloginqrcode',
    query: 'action=getqrcode random=<int> login_appid?=<any>',
    script: 'either',
    kind: 'file',
    needsSession: false,
    handle: show,
  },
  {
    method: 'GET',
    path: '/cgi-bin/scanloginqrcode',
    query: `action=ask ${COMMON}`,
    script: 'either',
    needsSession: false,
    handle: answerPoll,
  },
  {
    method: 'POST',
    path: '/cgi-bin/bizlogin',
    query: 'action=login',
    form: `userlang=zh_CN redirect_url= cookie_forbidden=0 cookie_cleaned=0|1 plugin_used=0 login_type=3 ${COMMON}`,
    script: 'either',
    needsSession: false,
    handle: finish,
  },
];
