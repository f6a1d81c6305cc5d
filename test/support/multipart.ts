/** Reads a form as strictly as the platform does: what it would refuse throws. */
import { createHash } from 'node:crypto';

export interface Part {
  readonly name: string;
  readonly filename: string | undefined;
  readonly contentType: string | undefined;
  readonly bytes: number;
  readonly sha256: string;
  /** The text of a part that is not a file. */
  readonly text: string | undefined;
}

const HEAD_END = Buffer.from('\r\n\r\n');

export function readForm(contentType: string, body: Buffer): Part[] {
  const boundary = /^multipart\/form-data; boundary=([\w'()+,./:=?-]{1,70})$/.exec(
    contentType,
  )?.[1];
  if (!boundary) throw new Error('no boundary');
  const opening = Buffer.from(`--${boundary}\r\n`);
  if (!body.subarray(0, opening.length).equals(opening)) throw new Error('no first boundary');
  const between = Buffer.from(`\r\n--${boundary}`);
  const parts: Part[] = [];
  let at = opening.length;
  for (;;) {
    const end = body.indexOf(between, at);
    if (end === -1) throw new Error('a part has no end');
    parts.push(readPart(body.subarray(at, end)));
    const after = body.subarray(end + between.length);
    if (after.toString() === '--\r\n') return parts;
    if (after.subarray(0, 2).toString() !== '\r\n') throw new Error('no last boundary');
    at = end + between.length + 2;
  }
}

function readPart(part: Buffer): Part {
  const end = part.indexOf(HEAD_END);
  if (end === -1) throw new Error('a part has no head');
  const lines = part.subarray(0, end).toString().split('\r\n');
  // A name after RFC 2231 (filename*=) is not understood.
  const disposition =
    /^Content-Disposition: form-data; name="([^"\r\n]+)"(?:; filename="([^"\r\n]+)")?$/.exec(
      lines[0] ?? '',
    );
  if (!disposition) throw new Error(`a part begins with ${lines[0]}`);
  const [, name, filename] = disposition as unknown as [string, string, string | undefined];
  const content = part.subarray(end + HEAD_END.length);
  return {
    name,
    filename,
    contentType: /^Content-Type: (.+)$/.exec(lines[1] ?? '')?.[1],
    bytes: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
    text: filename === undefined ? content.toString() : undefined,
  };
}
