import { POLICIES, type Policy } from '../../determinism/policy';
import { POLICY_WORDS } from '../../replay/words';
import type { Choice, Command } from '../editor';
import { chooseSetting } from '../choosing';

/** Chooses what is enforced when the notebook runs; kept in its sidecar. */
export const selectPolicy: Command = {
  id: 'reprise.selectPolicy',
  async run(editor) {
    await chooseSetting(editor, async (notebook, { policy }) => {
      const title = `Policy of ${notebook.name}`;
      const chosen = await editor.pick(
        title,
        POLICIES.map((name) => choiceOf(name, name === policy)),
      );
      return chosen === undefined ? undefined : { policy: chosen, words: `policy ${chosen}` };
    });
  },
};

function choiceOf(policy: Policy, isPresent: boolean): Choice<Policy> {
  return {
    label: policy,
    ...(isPresent ? { description: 'now' } : {}),
    detail: POLICY_WORDS[policy],
    value: policy,
  };
}
