/** Commands of a package manager, as texts show them. */
export interface PackageManager {
  readonly install: string;
  /** Comes before the name of a script. */
  readonly run: string;
  /** Comes before `start` and `test`, which package managers know. */
  readonly short: string;
  /** Comes before the folder. */
  readonly create: string;
  /** Comes before options that are not the package manager's own. */
  readonly separator: '-- ' | '';
}

const MANAGERS = {
  npm: {
    install: 'npm install',
    run: 'npm run',
    short: 'npm',
    create: 'npm create wechat-mp@latest',
    separator: '-- ',
  },
  pnpm: {
    install: 'pnpm install',
    run: 'pnpm',
    short: 'pnpm',
    create: 'pnpm create wechat-mp',
    separator: '',
  },
  yarn: {
    install: 'yarn install',
    run: 'yarn',
    short: 'yarn',
    create: 'yarn create wechat-mp',
    separator: '',
  },
  bun: {
    install: 'bun install',
    run: 'bun run',
    short: 'bun run',
    create: 'bun create wechat-mp',
    separator: '',
  },
} as const satisfies Record<string, PackageManager>;

/** Returns the package manager that runs this program; npm when it is not known. */
export function detectPackageManager(env: NodeJS.ProcessEnv): PackageManager {
  const [name = ''] = (env['npm_config_user_agent'] ?? '').split('/');
  return Object.hasOwn(MANAGERS, name) ? MANAGERS[name as keyof typeof MANAGERS] : MANAGERS.npm;
}

/** Writes the command that runs this program. */
export function writeCommand(manager: PackageManager, folder: string, options: string): string {
  const before = folder === '' ? manager.create : `${manager.create} ${folder}`;
  return `${before} ${manager.separator}${options}`;
}
