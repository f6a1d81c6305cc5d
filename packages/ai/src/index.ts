export { ModelStreamError } from './errors.ts';
export { type Format, type FormatOptions, formatMarkdown, formatStream } from './format.ts';
export { type ModelAnswer, type ReadAnswerOptions, readAnswer } from './stream.ts';
