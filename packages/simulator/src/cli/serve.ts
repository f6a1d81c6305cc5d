import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { isLoopback, listNames } from '../http/listening.ts';
import { servePage } from '../page/server.ts';
import { createSimulator } from '../platform.ts';
import type { Simulator } from '../simulator.ts';
import { loadState, saveState } from '../state-file.ts';
import { type Command, readAccount, readPort, type Typed, UsageError } from './command.ts';

const PAGE_PORT = 8266;
const API_PORT = 8267;

/** Serves the chat page until it is stopped. */
export const serve: Command = async (typed) => {
  const { state } = typed;
  const running: { close(): Promise<void> }[] = [];
  try {
    const simulator = await start(typed, running);
    await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
    if (state !== undefined) await saveState(state, simulator.state);
    return 0;
  } catch (error) {
    throw explain(error);
  } finally {
    await Promise.all(running.map((one) => one.close()));
  }
};

/** Starts all servers, and prints their addresses. Each is added to `running`. */
async function start(typed: Typed, running: { close(): Promise<void> }[]): Promise<Simulator> {
  const { host = '127.0.0.1', title, appsecret, state, target } = typed;
  const pagePort = readPort(typed.port, 'port', PAGE_PORT);
  const apiPort = readPort(typed['api-port'], 'api-port', API_PORT);
  const backEndPort = readPort(typed['back-end-port'], 'back-end-port', undefined);
  const simulator = await createSimulator({
    ...readAccount(typed),
    ...(title !== undefined && { title }),
    ...(appsecret !== undefined && { appsecret }),
    ...(state !== undefined && existsSync(state) && { state: await loadState(state) }),
    api: { host, port: apiPort },
  });
  running.push(simulator);
  // What cannot be saved is said before anything is done that would be lost.
  if (state !== undefined) await saveState(state, simulator.state);
  if (simulator.users.length === 0) simulator.user('小明');
  const allowedHosts = typed['allowed-host'] ?? [];
  const page = await servePage({ simulator, host, port: pagePort, target, allowedHosts });
  running.push(page);
  const { appid, appsecret: secret, pushFormat } = simulator.account;
  const credentials = pushFormat ? 'cloud: true' : `appid ${appid}, appsecret ${secret}`;
  const { website } = simulator.api;
  const { isRight, problems } = await simulator.verify();
  const lines = [
    `page       ${page.url}`,
    `bot        ${target}  ${isRight ? '✓ verified' : `✗ ${problems.join('; ')}`}`,
    `API        ${simulator.api.url}  (baseUrl of OfficialClient; ${credentials})`,
    `website    appid ${website.appid}, appsecret ${website.appsecret}  (for the scan login, qrconnect)`,
  ];
  if (backEndPort !== undefined) {
    const { startBackEnd } = await import('../back-end/index.ts');
    const backEnd = await startBackEnd({ host, port: backEndPort, onQrCode: (qr) => qr.confirm() });
    running.push(backEnd);
    lines.push(`back end   ${backEnd.url}  (baseUrl of UnofficialClient)`);
  }
  if (!isLoopback(host)) process.stderr.write(warn(host, page.url, allowedHosts));
  process.stdout.write(`${lines.join('\n')}\nCtrl+C stops it.\n`);
  if (typed.open) {
    const { default: open } = await import('open');
    await open(page.url).catch(() => {});
  }
  return simulator;
}

/** Returns a warning of who can reach the page, and under which names. */
function warn(host: string, url: string, allowed: readonly string[]): string {
  const { port } = new URL(url);
  const names = [...listNames(host).map((name) => `http://${name}:${port}/`), ...allowed];
  return `warning: other machines can reach ${host}, and neither the page nor the API has a password
other machines find the page at ${names.join(', ')}; --allowed-host adds a name
`;
}

const PORT_ERRORS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is already in use',
  EACCES: 'needs more rights',
  EADDRNOTAVAIL: 'cannot be opened at this address',
};

function explain(error: unknown): unknown {
  const { code, port, address } = error as NodeJS.ErrnoException & {
    port?: number;
    address?: string;
  };
  const reason = PORT_ERRORS[code ?? ''];
  if (!reason) return error;
  return new UsageError(
    `port ${port} ${reason} (${address}, ${code}): choose another with --port, --api-port or --back-end-port; 0 is any free port`,
  );
}
