import type { Upload, UploadOptions } from '../endpoint.ts';
import { writeJson } from '../whole-text.ts';
import type { Api } from './api.ts';
import { isFields, neededName, neededText, optionalText, readOptions } from './argument.ts';
import { type Positional, takeArguments } from './positional.ts';

type Material = Api['material'];
type AddQuery = Parameters<Material['add']>[1];

/** Options of a permanent file. */
export interface MaterialOptions extends UploadOptions {
  /** Title of a video. */
  readonly title?: string | undefined;
  /** Description of a video. */
  readonly introduction?: string | undefined;
}

/** Permanent files; wrong arguments throw before anything is sent. */
export interface MaterialMethods {
  /**
   * 新增其他类型永久素材: uploads a file that is kept for good.
   *
   * @example
   * await client.material.add('image', 'photos/cat.jpg');
   * await client.material.add('video', 'tour.mp4', { title: 'A tour', introduction: 'Of our shop' });
   */
  add: Material['add'] &
    ((
      type: AddQuery['type'],
      file: Upload,
      options?: MaterialOptions,
    ) => ReturnType<Material['add']>);
  /** 获取永久素材: downloads a file of the material; of a video and of articles, what describes them. */
  get: Positional<Material['get'], [mediaId: string]>;
  /** 删除永久素材: deletes something of the material. */
  delete: Positional<Material['delete'], [mediaId: string]>;
}

const TYPES: readonly AddQuery['type'][] = ['image', 'voice', 'video', 'thumb'];

/** Creates the methods of material with arguments. */
export function createMaterialMethods({
  add,
  get,
  delete: remove,
}: Pick<Material, 'add' | 'get' | 'delete'>): MaterialMethods {
  const read = (call: string, mediaId: unknown) => ({
    media_id: neededText(call, 'mediaId', mediaId),
  });

  async function added(
    first: Parameters<Material['add']>[0] | AddQuery['type'],
    second: AddQuery | Upload,
    options?: MaterialOptions,
  ) {
    if (isFields(first)) {
      return add(first as Parameters<Material['add']>[0], second as AddQuery, options);
    }
    const call = 'material.add';
    const type = neededName(call, 'type', first, TYPES);
    const given = readOptions(call, options);
    const title = optionalText(call, 'title', given['title']);
    const introduction = optionalText(call, 'introduction', given['introduction']);
    const description = type === 'video' ? writeJson({ title, introduction }) : undefined;
    return add({ media: second as Upload, description }, { type }, options);
  }

  return {
    add: added as MaterialMethods['add'],
    get: takeArguments('material.get', get, read),
    delete: takeArguments('material.delete', remove, read),
  };
}
