/** The rule for the file of an endpoint. */
export interface FileRule {
  /** The kind of file, for messages. */
  readonly kind: string;
  readonly maxBytes: number;
  /** Extensions of the formats; undefined leaves the check to the platform. */
  readonly formats: readonly string[] | undefined;
}

const KIB = 1024;
const MIB = 1024 * KIB;
const PICTURES = ['png', 'jpg', 'jpeg', 'gif'];
const thumb: FileRule = { kind: 'a thumb', maxBytes: 64 * KIB, formats: ['jpg', 'jpeg'] };
const video: FileRule = { kind: 'a video', maxBytes: 10 * MIB, formats: ['mp4'] };

/**
 * By path, and by `type` for an endpoint with several: the documented limits. The avatars of
 * customer service, `cv/ocr`, `cv/img`, voices to recognise and invoices have no row: their limits
 * are not certain, so the platform decides.
 */
const RULES: Readonly<Record<string, FileRule>> = {
  // The same page also speaks of 2 MB: what lies between the two is left to the platform.
  '/cgi-bin/media/upload image': { kind: 'an image', maxBytes: 10 * MIB, formats: PICTURES },
  '/cgi-bin/media/upload voice': { kind: 'a voice', maxBytes: 2 * MIB, formats: ['amr', 'mp3'] },
  '/cgi-bin/media/upload video': video,
  '/cgi-bin/media/upload thumb': thumb,
  '/cgi-bin/material/add_material image': {
    kind: 'an image',
    maxBytes: 10 * MIB,
    formats: ['bmp', ...PICTURES],
  },
  '/cgi-bin/material/add_material voice': {
    kind: 'a voice',
    maxBytes: 2 * MIB,
    formats: ['mp3', 'wma', 'wav', 'amr'],
  },
  '/cgi-bin/material/add_material video': video,
  '/cgi-bin/material/add_material thumb': thumb,
  // Documented as less than 1 MB: a file of just that size is left to the platform.
  '/cgi-bin/media/uploadimg': {
    kind: 'a picture of an article',
    maxBytes: MIB,
    formats: ['jpg', 'jpeg', 'png'],
  },
};

/**
 * The extensions of each format, which the platform checks: 40113. The format is the result of
 * file-type; the first extension is appended to a name without one of them.
 */
export const EXTENSIONS: Readonly<Record<string, readonly string[]>> = {
  amr: ['amr'],
  apng: ['png'],
  asf: ['wma', 'wmv', 'asf'],
  bmp: ['bmp'],
  gif: ['gif'],
  heic: ['heic'],
  jpg: ['jpg', 'jpeg'],
  m4v: ['mp4'],
  mp3: ['mp3'],
  mp4: ['mp4'],
  pdf: ['pdf'],
  png: ['png'],
  tif: ['tif', 'tiff'],
  wav: ['wav'],
  webp: ['webp'],
};

/** Returns the rule of an endpoint; undefined when the documentation contradicts itself. */
export function findRule(path: string, type: unknown): FileRule | undefined {
  return RULES[path] ?? RULES[`${path} ${String(type)}`];
}
