/** The files that the platform accepts, by kind. */
import { extname } from 'node:path';
import type { Media } from '../state.ts';
import type { FormPart } from './form.ts';
import { ApiRefusal, demand } from './refusal.ts';

interface Rule {
  readonly kinds: readonly string[];
  readonly bytes: number;
  readonly tooLarge: number;
}

type Rules = ReadonlyMap<string, Rule>;

const MB = 1024 * 1024;
const THUMB: Rule = { kinds: ['.jpg', '.jpeg'], bytes: 64 * 1024, tooLarge: 40012 };
const VIDEO: Rule = { kinds: ['.mp4'], bytes: 10 * MB, tooLarge: 40011 };
const PICTURES = ['.png', '.jpg', '.jpeg', '.gif'];

export const TEMPORARY: Rules = new Map([
  ['image', { kinds: PICTURES, bytes: 10 * MB, tooLarge: 40009 }],
  ['voice', { kinds: ['.amr', '.mp3'], bytes: 2 * MB, tooLarge: 40010 }],
  ['video', VIDEO],
  ['thumb', THUMB],
]);
export const PERMANENT: Rules = new Map([
  ['image', { kinds: [...PICTURES, '.bmp'], bytes: 10 * MB, tooLarge: 40009 }],
  ['voice', { kinds: ['.mp3', '.wma', '.wav', '.amr'], bytes: 2 * MB, tooLarge: 40010 }],
  ['video', VIDEO],
  ['thumb', THUMB],
]);
/** Pictures of articles: less than 1 MB. */
export const IN_ARTICLE: Rules = new Map([
  ['image', { kinds: ['.jpg', '.jpeg', '.png'], bytes: MB - 1, tooLarge: 40009 }],
]);

const CONTENT_TYPES: ReadonlyMap<string, string> = new Map([
  ['.png', 'image/png'],
  ['.gif', 'image/gif'],
  ['.bmp', 'image/bmp'],
  ['.mp3', 'audio/mp3'],
  ['.wma', 'audio/x-ms-wma'],
  ['.wav', 'audio/wav'],
  ['.amr', 'audio/amr'],
  ['.mp4', 'video/mp4'],
]);

/** The first bytes of each kind of file, in Latin 1. */
const CONTENTS: readonly [kinds: readonly string[], pattern: RegExp][] = [
  [['.png'], /^\x89PNG/],
  [['.jpg', '.jpeg'], /^\xff\xd8\xff/],
  [['.gif'], /^GIF8/],
  [['.bmp'], /^BM/],
  [['.amr'], /^#!AMR/],
  [['.mp3'], /^(?:ID3|\xff[\xe0-\xff])/],
  [['.wav'], /^RIFF.{4}WAVE/s],
  [['.wma'], /^\x30\x26\xb2\x75/],
  [['.mp4'], /^.{4}ftyp/s],
];

export interface CheckedFile {
  readonly type: Media['type'];
  readonly filename: string;
  readonly contentType: string;
  readonly content: Buffer;
}

/**
 * Checks a file: its name and its content must both say the kind, and agree:
 * https://github.com/fudiwei/DotNetCore.SKIT.FlurlHttpClient.Wechat/issues/144 and
 * https://github.com/foxinmy/weixin4j/issues/34
 *
 * @throws {ApiRefusal} when the file is missing, of another kind, or too large
 */
export function checkFile(
  form: readonly FormPart[],
  rules: Rules,
  type: string | undefined,
): CheckedFile {
  const rule = rules.get(type ?? '');
  if (!rule) throw new ApiRefusal(40004);
  const file = form.find(({ name, filename }) => name === 'media' && filename !== undefined);
  if (!file) throw new ApiRefusal(41005);
  demand(file.bytes > 0, 44001);
  const filename = `${file.filename}`;
  const kind = extname(filename).toLowerCase();
  const start = file.content.toString('latin1', 0, 16);
  const unsupported = rules === IN_ARTICLE ? 40005 : 40113;
  demand(rule.kinds.includes(kind), unsupported);
  demand(file.bytes <= rule.bytes, rule.tooLarge);
  demand(
    CONTENTS.some(([kinds, pattern]) => kinds.includes(kind) && pattern.test(start)),
    unsupported,
  );
  const contentType = CONTENT_TYPES.get(kind) ?? 'image/jpeg';
  return { type: type as Media['type'], filename, contentType, content: file.content };
}
