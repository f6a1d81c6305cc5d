import type { Project } from '../project.ts';

type Line = string | false | readonly Line[];

/** Joins the lines of a file; those that are false are left out. */
export function joinLines(...lines: readonly Line[]): string {
  return `${flatten(lines).join('\n')}\n`;
}

function flatten(line: Line): string[] {
  if (line === false) return [];
  return typeof line === 'string' ? [line] : line.flatMap(flatten);
}

/** The properties of a project that the templates use. */
export interface Traits {
  readonly isTyped: boolean;
  readonly hasModel: boolean;
  readonly hasRedis: boolean;
  /** The extension of source files. */
  readonly extension: 'ts' | 'js';
  /** Folder of the files that Node runs. */
  readonly output: '' | 'dist/';
  /** Returns the text for TypeScript, or nothing for JavaScript. */
  readonly type: (text: string) => string;
  /** Returns the text in the project's language. */
  readonly say: (en: string, zh: string) => string;
}

/** Returns what the templates ask about a project. */
export function findTraits({ language, answer, store, lang }: Project): Traits {
  const isTyped = language === 'typescript';
  return {
    isTyped,
    hasModel: answer === 'model',
    hasRedis: store === 'redis',
    extension: isTyped ? 'ts' : 'js',
    output: isTyped ? 'dist/' : '',
    type: (text) => (isTyped ? text : ''),
    say: (en, zh) => (lang === 'zh' ? zh : en),
  };
}
