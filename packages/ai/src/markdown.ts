import type { BlockContent, DefinitionContent, Nodes } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFootnoteFromMarkdown } from 'mdast-util-gfm-footnote';
import { gfmStrikethroughFromMarkdown } from 'mdast-util-gfm-strikethrough';
import { gfmTableFromMarkdown } from 'mdast-util-gfm-table';
import { gfmTaskListItemFromMarkdown } from 'mdast-util-gfm-task-list-item';
import { cjkFriendlyExtension } from 'micromark-extension-cjk-friendly';
import { gfmStrikethroughCjkFriendly } from 'micromark-extension-cjk-friendly-gfm-strikethrough';
import { gfmFootnote } from 'micromark-extension-gfm-footnote';
import { gfmTable } from 'micromark-extension-gfm-table';
import { gfmTaskListItem } from 'micromark-extension-gfm-task-list-item';

/**
 * The extensions of Markdown that models use: GitHub's, without automatic links, since the chat
 * finds addresses by itself, and with emphasis next to Chinese punctuation, which CommonMark treats
 * as text.
 */
const SYNTAX = [
  gfmFootnote(),
  gfmTable(),
  gfmTaskListItem(),
  cjkFriendlyExtension(),
  gfmStrikethroughCjkFriendly({ singleTilde: false }),
];

const TREE = [
  gfmFootnoteFromMarkdown(),
  gfmStrikethroughFromMarkdown(),
  gfmTableFromMarkdown(),
  gfmTaskListItemFromMarkdown(),
];

/** A block of Markdown. */
export type Block = BlockContent | DefinitionContent;

/** Parses Markdown into its blocks. */
export function parseMarkdown(source: string): Block[] {
  const { children } = fromMarkdown(source, { extensions: SYNTAX, mdastExtensions: TREE });
  return children as Block[];
}

/** Returns the position of a node in its source, in UTF-16 units. */
export function locate({ position }: Nodes): { start: number; end: number; column: number } {
  return {
    start: position?.start.offset ?? 0,
    end: position?.end.offset ?? 0,
    column: position?.start.column ?? 1,
  };
}
