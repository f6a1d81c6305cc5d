import { parseArgs } from 'node:util';
import leven from 'leven';
import { CHOICES, type Choices, type Topic } from './choices.ts';
import type { Language } from './language.ts';
import type { PackageManager } from './package-manager.ts';
import type { Texts } from './texts.ts';

/** The parsed command line. */
export interface Arguments {
  readonly folder: string | undefined;
  readonly choices: Partial<Choices>;
  readonly isHelp: boolean;
  readonly isVersion: boolean;
  /** Whether defaults are taken for what is not given. */
  readonly isYes: boolean;
}

/** Something is wrong that the user can change; the message says what. */
export class UsageError extends Error {}

/** Options that make a choice by themselves. */
const FLAGS = {
  typescript: ['language', 'typescript'],
  ts: ['language', 'typescript'],
  javascript: ['language', 'javascript'],
  js: ['language', 'javascript'],
  echo: ['answer', 'echo'],
  model: ['answer', 'model'],
  memory: ['store', 'memory'],
  redis: ['store', 'redis'],
} as const satisfies Record<string, readonly [Topic, string]>;

const VALUES: Readonly<Record<string, readonly string[]>> = {
  framework: CHOICES.framework,
  lang: ['en', 'zh'],
};

const SWITCHES = ['yes', 'help', 'version'];
const OPTIONS = [...Object.keys(VALUES), ...Object.keys(FLAGS), ...SWITCHES];

/** The options that choose something, for a message. */
export const OPTIONS_BY_TOPIC: Readonly<Record<Topic, string>> = {
  framework: '--framework',
  language: '--typescript | --javascript',
  answer: '--echo | --model',
  store: '--memory | --redis',
};

/** Returns the language that `--lang` asks for; undefined when it asks for none that is known. */
export function findLanguage(args: readonly string[]): Language | undefined {
  const { lang } = parse(args).values;
  return lang === 'en' || lang === 'zh' ? lang : undefined;
}

/**
 * Reads the command line.
 *
 * @throws {UsageError} when it is wrong
 */
export function readArguments(
  args: readonly string[],
  texts: Texts,
  manager: PackageManager,
): Arguments {
  const { tokens, positionals, values } = parse(args);
  const chosen = new Map<Topic, { typed: string; choice: string }>();
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const { name, rawName, value } = token;
    if (!OPTIONS.includes(name)) {
      const near = findNear(name, OPTIONS);
      const hint = near === undefined ? '' : texts.didYouMean(`--${near}`);
      throw new UsageError(texts.unknownOption(rawName) + hint);
    }
    checkValue(rawName, value, VALUES[name], texts);
    const [topic, choice] = Object.hasOwn(FLAGS, name)
      ? FLAGS[name as keyof typeof FLAGS]
      : ([name, value ?? ''] as [Topic, string]);
    const typed = value === undefined ? rawName : `${rawName} ${value}`;
    const before = chosen.get(topic);
    if (before && before.choice !== choice) {
      throw new UsageError(texts.contradiction(before.typed, typed));
    }
    chosen.set(topic, { typed, choice });
  }
  const [folder, extra] = positionals;
  if (extra !== undefined) throw new UsageError(texts.tooManyFolders(extra, manager));
  const choices = Object.keys(CHOICES)
    .map((topic) => [topic, chosen.get(topic as Topic)?.choice])
    .filter(([, choice]) => choice !== undefined);
  return {
    folder,
    choices: Object.fromEntries(choices) as Partial<Choices>,
    isHelp: values['help'] === true,
    isVersion: values['version'] === true,
    isYes: values['yes'] === true,
  };
}

function parse(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: {
      ...Object.fromEntries(OPTIONS.map((name) => [name, { type: 'boolean' as const }])),
      ...Object.fromEntries(Object.keys(VALUES).map((name) => [name, { type: 'string' as const }])),
      yes: { type: 'boolean', short: 'y' },
      help: { type: 'boolean', short: 'h' },
      version: { type: 'boolean', short: 'v' },
    },
  });
}

function checkValue(
  option: string,
  value: string | undefined,
  known: readonly string[] | undefined,
  texts: Texts,
): void {
  if (!known && value !== undefined) throw new UsageError(texts.takesNoValue(option));
  if (!known) return;
  if (value === undefined || value === '') throw new UsageError(texts.needsValue(option));
  if (known.includes(value)) return;
  const near = findNear(value, known);
  const hint = near === undefined ? '' : texts.didYouMean(near);
  throw new UsageError(texts.unknownValue(option, value, known) + hint);
}

/** Returns the name that was probably meant. */
function findNear(given: string, known: readonly string[]): string | undefined {
  const name = given.toLowerCase();
  const begun = known.filter((one) => isBeginning(one, name) || isBeginning(name, one));
  if (begun.length === 1) return begun[0];
  const [nearest] = known
    .map((one) => ({ one, distance: leven(one, name) }))
    .filter(({ one, distance }) => distance <= Math.min(2, Math.floor(one.length / 3)))
    .sort((a, b) => a.distance - b.distance);
  return nearest?.one;
}

function isBeginning(beginning: string, text: string): boolean {
  return beginning.length >= 3 && text.startsWith(beginning);
}
