/** The login by password, as it was until 2015, and the pages around it. */

import { createHash, randomBytes } from 'node:crypto';
import { readSeconds } from '../clock.ts';
import type { BackEndCall } from './call.ts';
import { type BackEndResponse, type Endpoint, verdict } from './endpoint.ts';
import { drawJpeg, OWN } from './own.ts';
import {
  clearCookies,
  findSession,
  loginCookies,
  openSession,
  sessionOfCookies,
} from './sessions.ts';
import type { World } from './world.ts';

const CODES = {
  classic: { wrongPassword: -23, noAccount: -21, needsCaptcha: -8, wrongCaptcha: -27 },
  modern: {
    wrongPassword: 200_023,
    noAccount: 200_021,
    needsCaptcha: 200_008,
    wrongCaptcha: 200_027,
  },
} as const;

export const LOGIN_PAGE =
  '<!DOCTYPE html><html><head><title>微信公众平台</title></head><body><form id="login"></form></body></html>';

function homeAddress(token: number): string {
  return `/cgi-bin/home?t=home/index&lang=zh_CN&token=${token}`;
}

/** Starts a session, and sets its cookies. */
export function begin(world: World): BackEndResponse {
  const session = openSession(world);
  const answer = verdict(0, 'ok', { redirect_url: homeAddress(session.token) });
  return { ...answer, cookies: loginCookies(session) };
}

function logIn(call: BackEndCall, world: World): BackEndResponse {
  const refusal = findRefusal(call, world);
  if (refusal !== undefined) return verdict(refusal, 'refused');
  world.needsCaptcha = false;
  world.captchaCookie = undefined;
  return begin(world);
}

function findRefusal({ form, cookies }: BackEndCall, world: World): number | undefined {
  const codes = CODES[world.refusals];
  const { username, password, captcha } = world.account;
  if (world.needsCaptcha) {
    if (form['imgcode'] === '') return codes.needsCaptcha;
    const isRight = form['imgcode'] === captcha && world.captchaCookie !== undefined;
    if (!isRight || cookies['sig'] !== world.captchaCookie) return codes.wrongCaptcha;
  }
  if (form['username'] !== username) return codes.noAccount;
  // The platform's own page hashes no more than 16 characters.
  const digest = createHash('md5').update(password.slice(0, 16)).digest('hex');
  return form['pwd'] === digest ? undefined : codes.wrongPassword;
}

function showCaptcha(_: BackEndCall, world: World): BackEndResponse {
  world.captchaCookie = `h01${randomBytes(32).toString('hex')}`;
  const cookies = [`sig=${world.captchaCookie}; Path=/; HttpOnly`];
  return { bytes: drawJpeg(`captcha ${world.account.captcha}`), cookies };
}

/** Shows the home page. Scripts of the page read their values from these lines, each up to its last quote. */
function showHome(call: BackEndCall, { clock }: World): BackEndResponse {
  const lines = [
    '<!DOCTYPE html><html><head><title>公众平台</title></head><body><script>',
    'window.wx = {};',
    'wx.data = {',
    `t:"${call.query['token']}",`,
    `ticket:"${OWN.ticket}",`,
    `user_name:"${OWN.userName}",`,
    `uin:"${OWN.fakeid}",`,
    `time:"${readSeconds(clock)}"`,
    '};',
    'wx.cgiData = {};',
    `wx.cgiData.nick_name = "${OWN.nickName}";`,
    'wx.cgiData.head_img = "https://mmbiz.qpic.cn/mmbiz_png/0/0";',
    '</script></body></html>',
  ];
  return { html: lines.join('\n') };
}

function showPlugin(): BackEndResponse {
  const lines = ['<script>', 'var data = {', `pluginToken : '${OWN.pluginToken}',`];
  return { html: [...lines, `appid : '${OWN.appid}',`, '};', '</script>'].join('\n') };
}

function showFront(call: BackEndCall, world: World): BackEndResponse {
  const session = sessionOfCookies(world, call);
  return session ? { location: homeAddress(session.token) } : { html: LOGIN_PAGE };
}

function logOut(call: BackEndCall, world: World): BackEndResponse {
  const session = findSession(world, call);
  if (session) world.live.delete(session.token);
  return { html: LOGIN_PAGE, cookies: session ? clearCookies(session) : [] };
}

export const loginEndpoints: readonly Endpoint[] = [
  {
    method: 'POST',
    path: '/cgi-bin/login',
    form: 'username=<text> pwd=<md5> imgcode=<any> f=json',
    referer: '/cgi-bin/loginpage?t=wxm2-login&lang=zh_CN',
    needsSession: false,
    handle: logIn,
  },
  {
    method: 'GET',
    path: '/cgi-bin/verifycode',
    query: 'username=<text> r=<int>',
    script: 'absent',
    kind: 'file',
    needsSession: false,
    handle: showCaptcha,
  },
  {
    method: 'GET',
    path: '/cgi-bin/loginpage',
    query: 't=wxm2-login lang=zh_CN',
    referer: null,
    script: 'either',
    kind: 'page',
    needsSession: false,
    handle: () => ({ html: LOGIN_PAGE }),
  },
  {
    method: 'GET',
    path: '/',
    referer: null,
    script: 'either',
    kind: 'page',
    needsSession: false,
    handle: showFront,
  },
  {
    method: 'GET',
    path: '/cgi-bin/home',
    query: 't=home/index lang=zh_CN token=<token>',
    // A script asked for it in 2014; today it is a page that a browser goes to.
    script: 'either',
    kind: 'page',
    handle: showHome,
  },
  {
    method: 'GET',
    path: '/misc/pluginloginpage',
    query: 'action=stat_article_detail pluginid=luopan t=statistics/index token=<token> lang=zh_CN',
    referer:
      '/misc/pluginloginpage?action=stat_article_detail&pluginid=luopan&t=statistics/index&token={token}&lang=zh_CN',
    kind: 'page',
    handle: showPlugin,
  },
  {
    method: 'GET',
    path: '/cgi-bin/logout',
    query: 't=wxm-logout token=<token> lang=zh_CN',
    script: 'either',
    kind: 'page',
    handle: logOut,
  },
];
