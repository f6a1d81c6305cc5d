/** Templates (模板), created as in the console, with the template_id of the bot's configuration. */
import { act } from './act.js';
import { area, ask, field } from './dialog.js';
import { $ } from './dom.js';
import { hint } from './hint.js';
import { t } from './texts.js';

const EXAMPLE = '{{first.DATA}}\n{{keyword1.DATA}}\n{{remark.DATA}}';

export function startTemplates() {
  $('add-template').addEventListener('click', () => void addTemplate());
}

async function addTemplate() {
  const values = await ask(
    t('addTemplate'),
    [
      field('id', t('templateId'), { maxlength: 128, pattern: '[\\w\\-]+' }),
      field('title', t('linkTitle'), { maxlength: 64, required: true }),
      area('content', t('templateContent'), EXAMPLE, { maxlength: 2000, required: true }),
    ],
    t('add'),
  );
  const made = values && (await act('/templates', values));
  if (made) hint(`template_id: ${made.id}`);
}
