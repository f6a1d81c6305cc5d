import type { WireFields, WireValue } from '../wire.ts';
import type { Bubble } from './bubble.ts';

/** How a message of a user is drawn; undefined for events, which nobody says. */
export function toSaid(fields: WireFields): Bubble | undefined {
  const media = text(fields['MediaId']);
  switch (fields['MsgType']) {
    case 'text':
      return { kind: 'text', text: text(fields['Content']) };
    case 'image':
      return { kind: 'image', media };
    case 'voice':
      return { kind: 'voice', media };
    case 'video':
    case 'shortvideo':
      return { kind: 'video', media, title: '', text: '' };
    case 'location':
      return {
        kind: 'location',
        latitude: Number(fields['Location_X']),
        longitude: Number(fields['Location_Y']),
        label: text(fields['Label']),
      };
    case 'link': {
      const { Title, Description, Url } = fields;
      const card = { title: text(Title), text: text(Description), picture: '', url: text(Url) };
      return { kind: 'news', articles: [card] };
    }
    default:
      return undefined;
  }
}

function text(value: WireValue | undefined): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
