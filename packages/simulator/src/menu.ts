import type { Button, ConditionalMenu, Person, State } from './state.ts';

/** Returns the menu that a person sees: the latest conditional one that matches, otherwise the default. */
export function getMenu(state: State, person: Person | undefined): readonly Button[] {
  const own = person && state.conditionalMenus.findLast((menu) => isFor(menu, person));
  return (own ?? state.menu)?.button ?? [];
}

/** Whether a conditional menu matches a person; conditions that simulated people lack are ignored. */
function isFor({ matchrule }: ConditionalMenu, person: Person): boolean {
  const tag = matchrule['tag_id'] ?? matchrule['group_id'];
  const language = matchrule['language'];
  return (
    (!tag || person.tagIds.includes(Number(tag))) && (!language || language === person.language)
  );
}
