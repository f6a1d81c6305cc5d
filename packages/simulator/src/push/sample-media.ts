import type { Media, State } from '../state.ts';
import type { WireFields } from '../wire.ts';

/** A small file of each kind: a picture of squares, a tenth of a second of silence, an empty video. */
const FILES = {
  image: {
    contentType: 'image/png',
    filename: 'sample.png',
    bytes:
      'iVBORw0KGgoAAAANSUhEUgAAADAAAAAwCAMAAABg3Am1AAAABlBMVEUHwWDm9+7mEasIAAAAK0lEQVR42mNgRAIMSACXOMOohlENODSMhtioBmppGA2ZUQ2j5dKohkGmAQC2XASB9c1MsAAAAABJRU5ErkJggg==',
  },
  voice: {
    contentType: 'audio/amr',
    filename: 'sample.amr',
    bytes: Buffer.from(`#!AMR\n${`<${'\0'.repeat(31)}`.repeat(5)}`).toString('base64'),
  },
  video: {
    contentType: 'video/mp4',
    filename: 'sample.mp4',
    bytes: 'AAAAHGZ0eXBpc29tAAACAGlzb21pc28ybXA0MQAAAAhmcmVlAAAACG1kYXQ=',
  },
} as const;

const KINDS: Readonly<Record<string, keyof typeof FILES>> = {
  image: 'image',
  voice: 'voice',
  video: 'video',
  shortvideo: 'video',
};

/** Returns the tags of a message sent without a file: those of one that the bot can download. */
export function sampleMedia(
  type: string,
  fields: WireFields,
  { state, apiUrl, now }: { state: State; apiUrl: string; now: number },
): WireFields {
  const kind = KINDS[type];
  if (!kind || fields['MediaId'] !== undefined) return fields;
  const keep = (name: keyof typeof FILES) => {
    const mediaId = `SAMPLE_${name.toUpperCase()}`;
    state.media[mediaId] ??= {
      type: name,
      ...FILES[name],
      at: now,
      isPermanent: false,
    } satisfies Media;
    return mediaId;
  };
  const MediaId = keep(kind);
  if (kind === 'image') return { MediaId, PicUrl: `${apiUrl}/media/${MediaId}`, ...fields };
  if (kind === 'video') return { MediaId, ThumbMediaId: keep('image'), ...fields };
  return { MediaId, ...fields };
}
