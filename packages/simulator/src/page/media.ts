import { randomUUID } from 'node:crypto';
import type { Simulator } from '../simulator.ts';
import type { Media } from '../state.ts';
import { RequestProblem } from './problem.ts';

/** A file for a browser. */
export interface Shown {
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** The types that a browser may receive unchanged: none of them can carry a script. */
const TYPES: ReadonlySet<string> = new Set([
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'image/bmp',
  'audio/mpeg',
  'audio/mp3',
  'audio/mp4',
  'audio/amr',
  'audio/wav',
  'audio/ogg',
  'audio/webm',
  'video/mp4',
  'video/webm',
]);

function shownType(type: string): string | undefined {
  const bare = type.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  return TYPES.has(bare) ? bare : undefined;
}

/** Returns the bytes of a file; undefined when there are none, or a browser must not have them. */
export function showMedia({ state }: Simulator, mediaId: string): Shown | undefined {
  const media = Object.hasOwn(state.media, mediaId) ? state.media[mediaId] : undefined;
  const type = media && shownType(media.contentType);
  return media && type ? { type, bytes: Buffer.from(media.bytes, 'base64') } : undefined;
}

const DATA_URL = /^data:([a-z]+\/[a-z0-9.+-]+)(?:;[a-z0-9=,."-]+)*;base64,([a-z0-9+/]+=*)$/i;

/** Reads `data:image/png;base64,…`. */
function readDataUrl(text: unknown): { type: string; base64: string } {
  const [, type = '', base64 = ''] = (typeof text === 'string' && DATA_URL.exec(text)) || [];
  const shown = shownType(type);
  if (!shown) throw new RequestProblem(400, `data: a base64 data URL of ${[...TYPES].join(', ')}`);
  return { type: shown, base64 };
}

/** Maximum number of stored uploads. */
const KEPT = 50;

/** Users' uploads, stored as media of the account, which the bot can download by MediaId. */
export class Uploads {
  readonly #simulator: Simulator;
  #kept: string[] = [];

  constructor(simulator: Simulator) {
    this.#simulator = simulator;
  }

  /** Stores a data URL; returns its MediaId. */
  add(kind: 'image' | 'voice' | 'video', data: unknown): string {
    const { type, base64 } = readDataUrl(data);
    const [family, format = ''] = type.split('/');
    if (family !== (kind === 'voice' ? 'audio' : kind)) {
      throw new RequestProblem(400, `data: ${type} is no ${kind}`);
    }
    const { state, clock } = this.#simulator;
    const mediaId = randomUUID();
    const media: Media = {
      type: kind,
      contentType: type,
      filename: `${kind}.${format}`,
      bytes: base64,
      at: clock.now(),
      isPermanent: false,
    };
    state.media[mediaId] = media;
    this.#kept.push(mediaId);
    for (const old of this.#kept.splice(0, this.#kept.length - KEPT)) delete state.media[old];
    return mediaId;
  }
}
