import { createChoiceCheck, type OptionTable } from '@wechat-mp/core/stores';
import type { Code, List, ListItem, Paragraph, Table, TableRow } from 'mdast';
import { type Block, locate, parseMarkdown } from './markdown.ts';
import { readKnown } from './options.ts';
import {
  type LinkStyle,
  renderBlock,
  renderCodeLines,
  renderItems,
  renderRows,
  separate,
} from './render.ts';

/**
 * How a model's Markdown is shown: `wechat` as chat text with links, `plain` as chat text with
 * addresses written out, `none` unchanged.
 */
export type Format = LinkStyle | 'none';

const checkChoice = createChoiceCheck<Format>('wechat', 'plain', 'none');

export function checkFormat(name: string, value: Format): Format {
  return checkChoice(name, value);
}

export interface FormatOptions {
  /** Default: `wechat`. */
  format?: Format | undefined;
}

const FORMAT_OPTIONS = {
  format: { initial: 'wechat', check: checkFormat },
} satisfies OptionTable<FormatOptions>;

/**
 * Converts Markdown to chat text; the chat does not render Markdown.
 *
 * @example
 * formatMarkdown('**Hello**, [see](https://example.com)'); // 'Hello, <a href="https://example.com">see</a>'
 * @throws {InvalidArgumentError} when the format is not known
 */
export function formatMarkdown(markdown: string, options: FormatOptions = {}): string {
  const formatter = createFormatter(options);
  return formatter.push(markdown) + formatter.end();
}

/**
 * Converts streamed Markdown to chat text. The pieces add up to the conversion of the whole, and no
 * piece ends inside a construct. Text that arrived before a failure is yielded first.
 */
export async function* formatStream(
  markdown: AsyncIterable<string>,
  options: FormatOptions = {},
): AsyncGenerator<string, void, undefined> {
  const formatter = createFormatter(options);
  let failure: { error: unknown } | undefined;
  try {
    for await (const piece of markdown) {
      const text = formatter.push(piece);
      if (text !== '') yield text;
    }
  } catch (error) {
    failure = { error };
  }
  const rest = formatter.end();
  if (rest !== '') yield rest;
  if (failure) throw failure.error;
}

interface Formatter {
  /** Adds Markdown; returns the text that can no longer change. */
  push(piece: string): string;
  /** Returns the remaining text. */
  end(): string;
}

function createFormatter(options: FormatOptions): Formatter {
  const { format } = readKnown('the options of the format', FORMAT_OPTIONS, options);
  if (format === 'none') return { push: (piece) => piece, end: () => '' };
  return new IncrementalFormatter(format);
}

/** Source to parse before the open block, for a block whose beginning has been written already. */
interface Continuation {
  readonly source: string;
  /** The rendering of that source alone, which is left out. */
  readonly shown: string;
  /** The separator between the written part and the next part of the same block. */
  readonly joint: string;
  /** The number of the next item of an ordered list. */
  readonly number?: number;
}

const NOTHING: Continuation = { source: '', shown: '', joint: '' };
/** Stands for the sentences before it: punctuation, so that emphasis may begin after it. */
const SENTENCE = '。';

/** A place where text may be final: the end of a line, or of a sentence when its next character is known. */
const CHECKPOINT =
  /\n|[。！？…；][”’」』）)\]"']*(?=[^。！？!?…；”’」』）)\]"'\r\n])|[.!?;][”’"')\]]*(?=[ \t]+[^\s])/g;
/** UTF-16 units below which a sentence waits for the next one, as each check parses the open block. */
const SHORT = 40;
/** UTF-16 units above which an open block is checked less often, as each check parses all of it. */
const OFTEN = 512;
/** UTF-16 units above which an open block is written unformatted, to bound the time of parsing. */
const LONGEST = 2048;

class IncrementalFormatter implements Formatter {
  readonly #style: LinkStyle;
  /** The source that is not written yet. */
  #tail = '';
  /** Up to where the tail has been searched for checkpoints. */
  #searched = 0;
  /** The length of the tail when it was last parsed. */
  #parsed = 0;
  #continuation = NOTHING;
  /** The last block that was written. */
  #previous: Pick<Block, 'type'> | undefined;

  constructor(style: LinkStyle) {
    this.#style = style;
  }

  push(piece: string): string {
    let text = '';
    let rest = this.#tail + piece;
    // A checkpoint is certain by its own place in the text, not by where a piece ends.
    for (;;) {
      const end = findCheckpoint(rest, this.#searched);
      if (end === undefined) break;
      this.#searched = end;
      if (end > OFTEN && end < this.#parsed * 1.125) continue;
      this.#tail = rest.slice(0, end);
      text += this.#write(false);
      rest = this.#tail + rest.slice(end);
      this.#searched = this.#tail.length;
      this.#parsed = this.#tail.length;
    }
    this.#tail = rest;
    return text;
  }

  end(): string {
    const text = this.#write(true);
    this.#tail = '';
    return text;
  }

  /** Writes the final part of the tail, and keeps the rest. */
  #write(isEnd: boolean): string {
    const before = this.#continuation;
    const source = before.source + this.#tail;
    const blocks = parseMarkdown(source);
    const last = isEnd ? undefined : blocks.at(-1);
    let text = '';
    for (const block of blocks) {
      if (block === last) break;
      text += this.#writeWhole(block);
      this.#continuation = NOTHING;
    }
    if (!last) {
      this.#tail = '';
      return text;
    }
    if (blocks.length === 1) return this.#writeOpen(last, before);
    this.#tail = source.slice(locateLine(last));
    return text + this.#write(false);
  }

  #writeWhole(block: Block): string {
    return this.#join(block, this.#renderRest(block));
  }

  /** Renders the part of a block that is not written yet. */
  #renderRest(block: Block): string {
    const { shown, number, source } = this.#continuation;
    if (block.type === 'list' && number !== undefined) {
      return renderItems(block, this.#style, 0, number).join('\n');
    }
    const text = renderBlock(block, this.#style);
    if (block.type === 'table' && source !== '' && block.children.length < 2) return '';
    return text.startsWith(shown) ? text.slice(shown.length) : text;
  }

  /** Appends a part of a block to the written text. */
  #join(block: Block, text: string, isEmpty: boolean = text === ''): string {
    const { source, joint } = this.#continuation;
    const isContinued = source !== '' || joint !== '';
    if (isEmpty) {
      if (isContinued) this.#previous = block;
      return '';
    }
    const between = isContinued ? joint : this.#previous ? separate(this.#previous) : '';
    this.#previous = block;
    return between + text;
  }

  /** Writes the final part of a block that may go on. `before` precedes the tail. */
  #writeOpen(block: Block, before: Continuation): string {
    const isTooLong = this.#tail.length >= LONGEST && block.type !== 'code';
    if (isTooLong && block.type !== 'paragraph') return this.#writeAll(block);
    if (block.type === 'paragraph') return this.#writeParagraph(block, isTooLong);
    if (block.type === 'list') return this.#writeItems(block, before);
    if (block.type === 'code') return this.#writeCode(block, before);
    if (block.type === 'table') return this.#writeRows(block, before);
    const isLine = block.type === 'heading' || block.type === 'thematicBreak';
    return isLine && this.#tail.endsWith('\n') ? this.#writeAll(block) : '';
  }

  #writeAll(block: Block): string {
    const text = this.#writeWhole(block);
    this.#tail = '';
    this.#continuation = NOTHING;
    return text;
  }

  #writeParagraph(paragraph: Paragraph, isTooLong: boolean): string {
    const source = this.#continuation.source + this.#tail;
    if (/\n[ \t]*\r?\n$/.test(source)) return this.#writeAll(paragraph);
    if (!isTooLong && mayOpen(paragraph, source)) return '';
    const text = this.#writeWhole(paragraph);
    const line = this.#tail.endsWith('\n') ? '\n' : '';
    this.#continuation = { source: SENTENCE + line, shown: SENTENCE, joint: '' };
    this.#tail = '';
    return text;
  }

  /** Writes all items but the last. */
  #writeItems(list: List, before: Continuation): string {
    const last = list.children.at(-1);
    if (!last || list.children.length < 2) return '';
    const written = { ...list, children: list.children.slice(0, -1) };
    const text = this.#writeWhole(written);
    const number = (before.number ?? list.start ?? 1) + written.children.length;
    this.#tail = (before.source + this.#tail).slice(locateLine(last));
    this.#continuation = { source: '', shown: '', joint: '\n', number };
    return text;
  }

  /** Writes all lines but the last, which may be the fence that closes the block. */
  #writeCode(code: Code, before: Continuation): string {
    const isContinued = before.source !== '';
    const [opening = '', ...body] = isContinued
      ? [before.source, ...splitLines(this.#tail)]
      : splitLines(this.#tail);
    if (!/^ {0,3}(`{3}|~{3})/.test(opening) || !this.#tail.endsWith('\n') || body.length < 2) {
      return '';
    }
    const lines = renderCodeLines(code);
    // A block that is closed has fewer lines than its source.
    if (lines.length < body.length) return '';
    const text = this.#join(code, lines.slice(0, body.length - 1).join('\n'), false);
    this.#tail = body.at(-1) ?? '';
    this.#continuation = { source: opening, shown: '', joint: '\n' };
    return text;
  }

  /** Writes all rows but the last. */
  #writeRows(table: Table, before: Continuation): string {
    const source = before.source + this.#tail;
    const last = table.children.at(-1);
    if (!last || table.children.length < 3) return '';
    const rows = renderRows(table, this.#style);
    const text = this.#join(table, rows.slice(0, -1).join('\n'));
    const head = splitLines(source).slice(0, 2).join('');
    this.#tail = source.slice(locateLine(last));
    this.#continuation = { source: head, shown: '', joint: '\n' };
    return text;
  }
}

function findCheckpoint(text: string, from: number): number | undefined {
  CHECKPOINT.lastIndex = from;
  for (let found = CHECKPOINT.exec(text); found; found = CHECKPOINT.exec(text)) {
    const end = found.index + found[0].length;
    if (end - from >= LONGEST) break;
    if (end >= SHORT || found[0] === '\n') return end;
  }
  if (text.length - from < LONGEST) return undefined;
  const end = from + LONGEST;
  return /[\uD800-\uDBFF]/.test(text.charAt(end - 1)) ? end - 1 : end;
}

/** Returns the start of the line on which a block begins: its indentation decides what continues it. */
function locateLine(block: Block | ListItem | TableRow): number {
  const { start, column } = locate(block);
  return start - (column - 1);
}

function splitLines(source: string): string[] {
  return source.split(/(?<=\n)/);
}

/** Matches characters that may begin a construct together with what follows. */
const OPENERS =
  /(?<!\\)(?:\*+(?=\S)|(?<![\p{L}\p{N}_])_+(?=\S)|~~(?=\S)|`|\[[^\]]*(?:\]\([^)]*)?$|<(?=[a-z/!?])[^>]*$)/iu;

/** Whether a paragraph may still become another kind of block. */
function mayOpen(paragraph: Paragraph, source: string): boolean {
  const isOpen = paragraph.children.some((node) => {
    if (node.type !== 'text') return false;
    const { start, end } = locate(node);
    return OPENERS.test(source.slice(start, end));
  });
  // A backslash at the end of a line breaks it only when another follows.
  if (isOpen || /\\\r?\n$/.test(source)) return true;
  // A line with a bar may be the head of a table, one in brackets the name of a definition.
  const { start, end } = locate(paragraph);
  const lastLine = splitLines(source.slice(start, end)).at(-1) ?? '';
  return lastLine.includes('|') || /^\[[^\]]*\]:?\s*$/.test(lastLine);
}
