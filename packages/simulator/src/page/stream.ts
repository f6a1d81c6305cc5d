import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Journal, JournalEntry } from './journal.ts';

/** Bytes of unread data above which a browser is disconnected; it reconnects and asks for what it missed. */
const UNREAD = 8 * 1024 * 1024;
const HEARTBEAT = 15_000;
/**
 * Maximum number of listening tabs: a browser has six connections to a server for all of its tabs.
 * With more, the tab that has listened longest is disconnected, and reconnects for what it missed.
 */
const LISTENERS = 4;

/**
 * Sends the journal as Server-Sent Events, from the browser's latest entry. When that is unknown
 * (after a restart, or too long ago) the event `reset` asks the page to read `/state` again.
 */
export function streamJournal(
  journal: Journal,
  after: string | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
  response.write('retry: 1000\n\n');
  const missed = missedSince(journal, after);
  if (missed) for (const entry of missed) write(entry);
  else write(undefined);

  const stop = journal.listen(write);
  const heartbeat = setInterval(() => response.write(': still here\n\n'), HEARTBEAT).unref();
  request.once('close', end);
  response.once('close', end);
  takeTurn(journal, giveWay);

  function write(entry: JournalEntry | undefined): void {
    if (response.writableLength > UNREAD) return void response.destroy();
    if (!entry) return void response.write('event: reset\ndata: {}\n\n');
    response.write(`id: ${journal.epoch}-${entry.id}\ndata: ${JSON.stringify(entry)}\n\n`);
  }

  function giveWay(): void {
    end();
    response.end('event: turn\ndata: {}\n\n');
  }

  function end(): void {
    stop();
    clearInterval(heartbeat);
    turns.get(journal)?.delete(giveWay);
  }
}

/** The function that disconnects each listener of a journal, the longest first. */
const turns = new WeakMap<Journal, Set<() => void>>();

function takeTurn(journal: Journal, giveWay: () => void): void {
  const listeners = turns.get(journal) ?? new Set();
  turns.set(journal, listeners.add(giveWay));
  const [longest] = listeners;
  if (listeners.size > LISTENERS) longest?.();
}

function missedSince(
  journal: Journal,
  after: string | undefined,
): readonly JournalEntry[] | undefined {
  if (after === undefined) return [];
  const [epoch, id] = after.split('-');
  return epoch === journal.epoch ? journal.since(Number(id)) : undefined;
}
