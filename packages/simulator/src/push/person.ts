import { createHash } from 'node:crypto';
import type { Person } from '../state.ts';

/** Makes someone who follows the account. The same name has the same openid each time. */
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
