/** The state of an account in a file. */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { InvalidArgumentError } from '@wechat-mp/core';
import { closeAll, createPerson, open } from '../../../../test/support/simulator-api.ts';
import { emptyState } from '../../src/state.ts';
import { loadState, saveState } from '../../src/state-file.ts';

let folder = '';
let file = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'state-'));
  file = join(folder, 'state.json');
});
afterEach(async () => {
  await rm(folder, { recursive: true });
  await closeAll();
});

it('is saved whole, and read back as it was', async () => {
  const { client, world } = await open(createPerson('o1', { tagIds: [100] }));
  world.state.tags = { 100: { name: '标签' } };
  const sub_button = [{ name: 'b', type: 'view' as const, url: 'http://u' }];
  await client.menu.create({ button: [{ name: 'a', sub_button }] });
  await client.menu.addConditional({
    button: [{ name: 'c', type: 'click', key: 'k' }],
    matchrule: { tag_id: 100 },
  });
  await client.media.upload('image', Buffer.from('89504e470d0a1a0a', 'hex'), { filename: 'a.png' });
  await client.message.template.add({ template_id_short: 'TM1' });
  await client.draft.add({ articles: [{ title: 'a', content: 'b', thumb_media_id: 'c' }] });
  const action_info = { scene: { scene_str: 'shop' } };
  await client.qrcode.create({ action_name: 'QR_LIMIT_STR_SCENE', action_info });
  await saveState(file, world.state);
  await saveState(file, world.state);
  expect(await loadState(file)).toEqual(world.state);
  expect(await readdir(folder)).toEqual(['state.json']);
});

it('may be given in part', async () => {
  await writeFile(file, '{"tags":{"100":{"name":"a"}}}');
  expect(await loadState(file)).toEqual({ ...emptyState(), tags: { 100: { name: 'a' } } });
});

it.each([
  ['{', /state\.json is not JSON: /],
  ['[]', /state\.json must hold an object/],
  ['{"persons":{}}', /state\.json: unknown member persons; known ones are people, tags/],
  ['{"people":[]}', /people has to be an object/],
  ['{"people":{"o1":{"name":"a"}}}', /people\.o1\.openid has to be text/],
  [JSON.stringify({ people: { o2: createPerson('o1') } }), /people\.o2\.openid has to be o2/],
  [
    JSON.stringify({ people: { o1: { ...createPerson('o1'), tagIds: [1, 'a'] } } }),
    /people\.o1\.tagIds\[1\] has to be a number/,
  ],
  [
    '{"menu":{"button":[{"name":"a","sub_button":[{}]}]}}',
    /menu\.button\[0\]\.sub_button\[0\]\.name has to be text/,
  ],
  ['{"qrCodes":{"t":{"scene":"a"}}}', /qrCodes\.t\.until has to be a number/],
  ['{"media":{"m":{"type":"film"}}}', /media\.m\.type has to be one of image, voice, video, thumb/],
  ['{"drafts":[{"content":{}}]}', /drafts\[0\]\.content\.news_item has to be a list/],
])('is refused with a word for what is wrong: %s', async (content, message) => {
  await writeFile(file, content);
  await expect(loadState(file)).rejects.toThrow(message);
  await expect(loadState(file)).rejects.toBeInstanceOf(InvalidArgumentError);
});

it('is reported when there is no file, or no place for one', async () => {
  await expect(loadState(file)).rejects.toThrow(/state\.json cannot be read: ENOENT/);
  await expect(saveState(join(folder, 'no', 'state.json'), emptyState())).rejects.toThrow(/ENOENT/);
});
