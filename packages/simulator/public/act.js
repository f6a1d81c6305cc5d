/** What the selected user does. */
import { hint } from './hint.js';
import { post, state } from './store.js';
import { t } from './texts.js';

/** Has the server do something; what it says against that is shown, and gives nothing. */
export async function act(path, body) {
  try {
    return await post(path, { user: state.selected, ...body });
  } catch (error) {
    hint(`${t('failed')}: ${error.message}`);
    return undefined;
  }
}

/** Says something, as if it had been typed. */
export const say = (content, menuId) =>
  act('/send', { type: 'text', content, ...(menuId && { menuId }) });
