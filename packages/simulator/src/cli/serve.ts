import { once } from 'node:events';
import { existsSync } from 'node:fs';
import open from 'open';
import { startBackEnd } from '../back-end/index.ts';
import { servePage } from '../page/server.ts';
import { createSimulator } from '../platform.ts';
import { loadState, saveState } from '../state-file.ts';
import { accountOf, type Command, portOf } from './command.ts';

const PAGE_PORT = 8266;
const API_PORT = 8267;

/** Serves the chat page until it is stopped. */
export const serve: Command = async (typed) => {
  const { host = '127.0.0.1', title, appsecret, state, target } = typed;
  const ports = {
    page: portOf(typed.port, 'port', PAGE_PORT),
    api: portOf(typed['api-port'], 'api-port', API_PORT),
    backEnd: typed['back-end-port'] && portOf(typed['back-end-port'], 'back-end-port', 0),
  };
  const simulator = await createSimulator({
    ...accountOf(typed),
    ...(title !== undefined && { title }),
    ...(appsecret !== undefined && { appsecret }),
    ...(state !== undefined && existsSync(state) && { state: await loadState(state) }),
    api: { host, port: ports.api },
  });
  if (simulator.users.length === 0) simulator.user('小明');
  const page = await servePage({ simulator, host, port: ports.page, target });
  const backEnd =
    ports.backEnd === undefined || ports.backEnd === ''
      ? undefined
      : await startBackEnd({ host, port: ports.backEnd, onQrCode: (qr) => qr.confirm() });

  const { isRight, problems } = await simulator.verify();
  const lines = [
    `page       ${page.url}`,
    `bot        ${target}  ${isRight ? '✓ verified' : `✗ ${problems.join('; ')}`}`,
    `API        ${simulator.api.url}  (baseUrl of OfficialClient; appid ${simulator.account.appid}, appsecret ${simulator.account.appsecret})`,
    ...(backEnd ? [`back end   ${backEnd.url}  (baseUrl of UnofficialClient)`] : []),
    'Ctrl+C stops it.',
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  if (typed.open) await open(page.url).catch(() => {});

  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  if (state !== undefined) await saveState(state, simulator.state);
  await Promise.all([page.close(), simulator.close(), backEnd?.close()]);
  return 0;
};
