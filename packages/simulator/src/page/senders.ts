import type { User } from '../simulator.ts';
import { type JsonObject, optionalText, readNumberField, readTextField } from './body.ts';
import type { Scene, Sending } from './scene.ts';

type Sender = (scene: Scene, user: User, body: JsonObject) => Sending;

/** The messages that a user can send from the page, by type. */
export const SENDERS: Readonly<Record<string, Sender>> = {
  text: (_, user, body) => {
    const content = readTextField(body, 'content', 5000);
    const bizmsgmenuid = optionalText(body, 'menuId');
    return () => user.sendText(content, bizmsgmenuid === undefined ? {} : { bizmsgmenuid });
  },

  image: sendPicture,

  voice: ({ uploads }, user, body) => {
    const media = upload(uploads, 'voice', body);
    const recognition = optionalText(body, 'recognition');
    return () => user.sendVoice({ ...media, ...(recognition && { recognition }) });
  },

  video: ({ uploads }, user, body) => {
    const media = upload(uploads, 'video', body);
    return () => user.sendVideo(media);
  },

  location: (_, user, body) => {
    const place = readPlace(body);
    return () => user.sendLocation(place);
  },

  link: (_, user, body) => {
    const title = readTextField(body, 'title', 500);
    const url = readTextField(body, 'url', 2000);
    const description = optionalText(body, 'description') ?? '';
    return () => user.sendLink({ title, url, description });
  },
};

export function sendPicture(
  { uploads, createAddress }: Pick<Scene, 'uploads' | 'createAddress'>,
  user: User,
  body: JsonObject,
): Sending {
  const { mediaId } = upload(uploads, 'image', body);
  return () =>
    user.sendImage(mediaId === undefined ? {} : { mediaId, picUrl: createAddress(mediaId) });
}

/** Stores the file the user chose; without one the simulator sends a sample. */
function upload(
  uploads: Scene['uploads'],
  kind: 'image' | 'voice' | 'video',
  { data }: JsonObject,
): { mediaId?: string } {
  return data === undefined ? {} : { mediaId: uploads.add(kind, data) };
}

/** A place on Earth. */
export function readPlace(body: JsonObject): {
  latitude: number;
  longitude: number;
  label: string;
} {
  return {
    latitude: readNumberField(body, 'latitude', -90, 90),
    longitude: readNumberField(body, 'longitude', -180, 180),
    label: optionalText(body, 'label') ?? '',
  };
}
