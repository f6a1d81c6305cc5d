import type { WireFields } from '../wire.ts';
import type { Bubble } from './bubble.ts';

const drawVideo = (fields: WireFields): Bubble => {
  return { kind: 'video', media: text(fields, 'MediaId'), title: '', text: '' };
};

/** The bubbles of users' messages, by MsgType. */
const SAID: Readonly<Record<string, (fields: WireFields) => Bubble>> = {
  text: (fields) => ({ kind: 'text', text: text(fields, 'Content') }),
  image: (fields) => ({ kind: 'image', media: text(fields, 'MediaId') }),
  voice: (fields) => ({ kind: 'voice', media: text(fields, 'MediaId') }),
  video: drawVideo,
  shortvideo: drawVideo,
  location: (fields) => ({
    kind: 'location',
    latitude: Number(fields['Location_X']),
    longitude: Number(fields['Location_Y']),
    label: text(fields, 'Label'),
  }),
  link: (fields) => ({
    kind: 'news',
    articles: [
      {
        title: text(fields, 'Title'),
        text: text(fields, 'Description'),
        picture: '',
        url: text(fields, 'Url'),
      },
    ],
  }),
};

/** Converts a message of a user to a bubble; undefined for events. */
export function toSaid(fields: WireFields): Bubble | undefined {
  return SAID[text(fields, 'MsgType')]?.(fields);
}

function text(fields: WireFields, tag: string): string {
  const value = fields[tag];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
