import type { IncomingMessage } from 'node:http';

/**
 * Reads a whole body; returns undefined when it is longer than `limit` bytes. The rest is then read
 * and dropped, or left, so that the connection cannot be used again.
 */
export async function readBody(
  incoming: IncomingMessage,
  limit: number,
  rest: 'drop' | 'leave' = 'drop',
): Promise<Buffer | undefined> {
  let chunks: Buffer[] = [];
  let size = 0;
  // The connection stays, so that a refusal can be read.
  const body = incoming.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  for await (const chunk of body) {
    size += chunk.length;
    if (size <= limit) chunks.push(chunk);
    else if (rest === 'leave') return undefined;
    else chunks = [];
  }
  return size > limit ? undefined : Buffer.concat(chunks);
}
