/** Templates that the chat page adds, as the console does. */
import { describe, expect, it } from '@jest/globals';
import { openChat } from '../../support/page-chat.ts';

describe('a template', () => {
  it('is added under the id that the bot has from the console, and shows filled in', async () => {
    const { chat, tab, simulator, client } = await openChat({ text: () => 'fine' });
    await chat.button('Add a template').click();
    await tab.getByLabel('template_id (empty: a new one)').fill('TM00015-order');
    await tab.getByLabel('Title').fill('Order');
    await tab.getByLabel('Content').fill('Hello {{name.DATA}},\nyour {{thing1.DATA}} is there.');
    await tab.getByRole('button', { name: 'Add', exact: true }).click();
    await tab.getByText('template_id: TM00015-order').waitFor();

    await client.message.template.send({
      touser: simulator.user('alice').openid,
      template_id: 'TM00015-order',
      data: { name: { value: 'Alice' }, thing1: { value: 'tea' } },
    });
    await chat.theirs.getByText('your tea is there.').waitFor();
    expect(Object.keys(simulator.state.templates)).toEqual(['TM00015-order']);
  });
});
