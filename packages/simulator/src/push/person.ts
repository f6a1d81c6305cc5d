import { createHash } from 'node:crypto';
import type { Person } from '../state.ts';

/** Creates a follower of the account. The same name always has the same openid. */
export function createPerson(name: string, appid: string, now: number): Person {
  const digest = createHash('sha1').update(`${appid} ${name}`).digest('base64url');
  return {
    name,
    openid: `o${digest}`,
    follows: true,
    followedAt: Math.floor(now / 1000),
    scene: '',
    remark: '',
    language: 'zh_CN',
    tagIds: [],
    isBlocked: false,
    allowances: [],
  };
}
