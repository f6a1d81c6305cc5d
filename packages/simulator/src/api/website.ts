/** A website of the open platform (开放平台网站应用), whose users log in by scanning a QR code. */
import { createHash } from 'node:crypto';
import type { Person } from '../state.ts';

/** The registered website of the simulated open platform. */
export const WEBSITE = {
  appid: 'wxbdc5610cc59c1631',
  appsecret: '5d41402abc4b2a76b9719d911017c592',
} as const;

const digest = (text: string) => createHash('sha1').update(text).digest('base64url');

/** Returns a person's openid at an app; it differs for each app. */
export function findOpenid({ name, openid }: Person, appid: string): string {
  return appid === WEBSITE.appid ? `o${digest(`${appid} ${name}`)}` : openid;
}

/** Returns a person's unionid, the same at all apps of one owner. */
export function findUnionid({ name }: Person): string {
  return `o${digest(`unionid ${name}`)}`;
}
