import type { Choices } from './choices.ts';
import type { Language } from './language.ts';
import type { PackageManager } from './package-manager.ts';

/** A project to write. */
export interface Project extends Choices {
  /** The package's name. */
  readonly name: string;
  /** The language of comments and of the bot. */
  readonly lang: Language;
  readonly packageManager: PackageManager;
}
