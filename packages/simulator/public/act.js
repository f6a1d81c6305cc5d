/** The actions of the selected user. */
import { hint } from './hint.js';
import { describe } from './problems.js';
import { post, state } from './store.js';
import { t } from './texts.js';

/** The actions that only followers can take. */
const OF_FOLLOWERS = new Set(['/send', '/menu']);

/** Asks the server for an action; shows its error, and then returns nothing. */
export async function act(path, body) {
  const user = state.users.find(({ name }) => name === state.selected);
  if (OF_FOLLOWERS.has(path) && user && !user.follows) {
    hint(t('followFirst'));
    return undefined;
  }
  try {
    return await post(path, { user: state.selected, ...body });
  } catch (error) {
    hint(`${t('failed')}: ${describe(error)}`);
    return undefined;
  }
}

/** Sends a text, as if it had been typed. */
export const say = (content, menuId) =>
  act('/send', { type: 'text', content, ...(menuId && { menuId }) });
