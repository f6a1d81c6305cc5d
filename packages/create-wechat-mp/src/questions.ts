import type { Readable, Writable } from 'node:stream';
import { isCancel, select, text } from '@clack/prompts';
import { UsageError } from './arguments.ts';
import { CHOICES, type Choices, DEFAULTS, TOPICS, type Topic } from './choices.ts';
import type { Texts } from './texts.ts';

/** The terminal of the questions. */
export interface Terminal {
  readonly input: Readable;
  readonly output: Writable;
}

/** The user has cancelled. */
export class Cancelled extends Error {}

/**
 * Asks for a folder until `check` has nothing against it.
 *
 * @throws {Cancelled} when the user cancels
 */
export async function askFolder(
  texts: Texts,
  check: (folder: string) => void,
  terminal: Terminal,
): Promise<string> {
  const folder = await text({
    message: texts.folderQuestion,
    placeholder: DEFAULT_FOLDER,
    defaultValue: DEFAULT_FOLDER,
    validate: (value) => explain(() => check(value?.trim() || DEFAULT_FOLDER)),
    ...terminal,
  });
  return take(folder).trim();
}

export const DEFAULT_FOLDER = 'my-bot';

/**
 * Asks for each choice that is not made yet.
 *
 * @throws {Cancelled} when the user cancels
 */
export async function askChoices(
  made: Partial<Choices>,
  texts: Texts,
  terminal: Terminal,
): Promise<Choices> {
  const choices: Record<Topic, string> = { ...DEFAULTS, ...made };
  for (const topic of TOPICS) {
    if (made[topic] !== undefined) continue;
    const choice = await select<string>({
      message: texts.questions[topic],
      options: CHOICES[topic].map((value) => ({ value, label: value, ...texts.labels[value] })),
      // In English whatever the language is; the title says it.
      showInstructions: false,
      ...terminal,
    });
    choices[topic] = take(choice);
  }
  return choices as Choices;
}

function take(answer: string | symbol): string {
  if (isCancel(answer) || typeof answer === 'symbol') throw new Cancelled();
  return answer;
}

function explain(check: () => void): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
}
