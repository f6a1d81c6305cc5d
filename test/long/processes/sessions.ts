/** One process that keeps sessions in a file, under keys that begin with its name. */
import { FileSessionStore } from '@wechat-mp/core/unofficial';

const { SESSIONS = '', NAME = '', COUNT } = process.env;
const store = new FileSessionStore(SESSIONS);
for (let index = 0; index < Number(COUNT); index += 1) await store.set(`${NAME} ${index}`, NAME);
