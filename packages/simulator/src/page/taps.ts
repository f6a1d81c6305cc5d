import type { SentName } from '../push/samples.ts';
import type { User } from '../simulator.ts';
import type { Media } from '../state.ts';
import { type JsonObject, readNumberField, readTextField } from './body.ts';
import type { Bubble } from './bubble.ts';
import { RequestProblem } from './problem.ts';
import type { Scene, Sending } from './scene.ts';
import { readPlace, sendPicture } from './senders.ts';

type Tap = (scene: Scene, user: User, body: JsonObject) => Sending;

/** The effects of tapping a menu button, by the button's type. */
export const TAPS: Readonly<Record<string, Tap>> = {
  click: (_, user, body) => {
    const key = readTextField(body, 'key', 128);
    return () => user.clickMenu(key);
  },
  view: (_, user, body) => {
    const url = readTextField(body, 'url', 2000);
    return () => user.viewMenu(url);
  },
  scancode_push: (_, user, body) => scanCode(user, 'event:scancode_push', body),
  scancode_waitmsg: (_, user, body) => scanCode(user, 'event:scancode_waitmsg', body),
  pic_sysphoto: takePicture('event:pic_sysphoto'),
  pic_photo_or_album: takePicture('event:pic_photo_or_album'),
  pic_weixin: takePicture('event:pic_weixin'),
  location_select: (_, user, body) => {
    const { latitude, longitude, label } = readPlace(body);
    const EventKey = readTextField(body, 'key', 128);
    const scale = readNumberField({ scale: 16, ...body }, 'scale', 1, 20);
    const SendLocationInfo = {
      Location_X: latitude,
      Location_Y: longitude,
      Scale: scale,
      Label: label,
    };
    const event = { EventKey, SendLocationInfo };
    return async () => {
      await user.send('event:location_select', event);
      // A phone sends the place itself as well.
      await user.sendLocation({ latitude, longitude, label });
    };
  },
  miniprogram: (_, user, body) => {
    const EventKey = readTextField(body, 'pagepath', 1024);
    return () => user.send('event:view_miniprogram', { EventKey });
  },
  /** Sent by the platform itself; the bot receives nothing. */
  media_id: ({ simulator, journal }, user, body) => {
    const mediaId = readTextField(body, 'media_id', 128);
    const { media } = simulator.state;
    const found = Object.hasOwn(media, mediaId) ? media[mediaId] : undefined;
    if (!found) throw new RequestProblem(404, `media_id: the account has no ${mediaId}`);
    const bubble = createBubble(mediaId, found);
    return async () => void journal.add({ type: 'received', user: user.name, via: 'menu', bubble });
  },
};

function takePicture(type: SentName): Tap {
  return (scene, user, body) => {
    const EventKey = readTextField(body, 'key', 128);
    const send = sendPicture(scene, user, body);
    return async () => {
      await user.send(type, { EventKey });
      // A phone sends the picture itself after the event that tells of it.
      await send();
    };
  };
}

function scanCode(user: User, type: SentName, body: JsonObject): Sending {
  const EventKey = readTextField(body, 'key', 128);
  const ScanResult = readTextField(body, 'result', 2000);
  const ScanCodeInfo = { ScanType: 'qrcode', ScanResult };
  return () => user.send(type, { EventKey, ScanCodeInfo });
}

function createBubble(mediaId: string, { type, title = '', introduction = '' }: Media): Bubble {
  if (type === 'voice') return { kind: 'voice', media: mediaId };
  if (type === 'video') return { kind: 'video', media: mediaId, title, text: introduction };
  return { kind: 'image', media: mediaId };
}
