import type { Button, ConditionalMenu, Person, State } from './state.ts';

/** The menu that a person sees: the newest that is for people like them, else the one for all. */
export function getMenu(state: State, person: Person | undefined): readonly Button[] {
  const own = person && state.conditionalMenus.findLast((menu) => isFor(menu, person));
  return (own ?? state.menu)?.button ?? [];
}

/** A rule that says nothing of what a simulated person has is no obstacle. */
function isFor({ matchrule }: ConditionalMenu, person: Person): boolean {
  const tag = matchrule['tag_id'] ?? matchrule['group_id'];
  const language = matchrule['language'];
  return (
    (!tag || person.tagIds.includes(Number(tag))) && (!language || language === person.language)
  );
}
