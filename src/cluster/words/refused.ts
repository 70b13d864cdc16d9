import { plain } from './observed';

/** Why the Job's pod could not be made: the message of its event FailedCreate. */
export function refusedWords(message: string): string {
  return (
    quotaWords(message) ??
    standardWords(message) ??
    limitWords(message) ??
    missingWords(message) ??
    webhookWords(message) ??
    `The cluster refuses the pod: ${plain(message)}`
  );
}

function quotaWords(message: string): string | undefined {
  const found = /exceeded quota: ([^,]+), requested: (.+), used: (.+), limited: (.+)$/s.exec(message.trim());
  if (found === null) return undefined;
  const [, quota, requested, used, limited] = found as unknown as [string, string, string, string, string];
  const [askedFor, inUse, allowed] = [amounts(requested), amounts(used), amounts(limited)];
  const each = [...askedFor].map(
    ([resource, amount]) =>
      `${resource}: ${amount} asked for, ${inUse.get(resource) ?? '0'} of ${allowed.get(resource) ?? '?'} in use`,
  );
  const never = [...askedFor].some(([resource, amount]) => over(amount, allowed.get(resource)));
  const what = never
    ? 'It asks for more than the quota ever allows: ask for less, or have the quota raised.'
    : 'It starts by itself when others end.';
  return `The quota ${quota} of the namespace is used up (${plain(each.join('; '))}). ${what}`;
}

function amounts(list: string): Map<string, string> {
  return new Map(
    list.split(',').map((pair) => {
      const at = pair.lastIndexOf('=');
      return [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
    }),
  );
}

/** Only where both are plain numbers: the API server has quantities of many kinds. */
function over(amount: string, limit: string | undefined): boolean {
  return /^\d+$/.test(amount) && limit !== undefined && /^\d+$/.test(limit) && Number(amount) > Number(limit);
}

function standardWords(message: string): string | undefined {
  const found = /violates PodSecurity "([^"]+)": (.+)$/s.exec(message);
  if (found === null) return undefined;
  return (
    `The namespace admits only pods of the Pod Security Standard ${found[1]?.split(':')[0]}, and this one is not: ` +
    `${plain(found[2] as string)}. What Reprise makes fits "restricted": look for what changes pods here, a webhook or a runtime's template.`
  );
}

function limitWords(message: string): string | undefined {
  const found =
    /(maximum|minimum) (\S+) usage per (Container|Pod) is ([^,]+), but (?:limit|request) is ([^.\]]+)/.exec(
      message,
    );
  if (found === null) return undefined;
  const [, bound, resource, , allowed, asked] = found as unknown as string[];
  return (
    `A LimitRange of the namespace allows ${bound === 'maximum' ? 'at most' : 'no less than'} ${plain(`${allowed} ${resource}`)}, ` +
    `and ${plain(asked as string)} is asked for: change it in reprise.yaml, or by the flag.`
  );
}

function missingWords(message: string): string | undefined {
  const account = /error looking up service account \S+: serviceaccount "([^"]+)" not found/.exec(message);
  if (account)
    return `There is no service account ${account[1]} in this namespace: make it, or name another in reprise.yaml (serviceAccount).`;
  const priority = /no PriorityClass with name (\S+) was found/.exec(message);
  if (priority)
    return `The cluster has no priority class ${priority[1]}: name another in reprise.yaml (priorityClass), or none.`;
  return undefined;
}

function webhookWords(message: string): string | undefined {
  const found = /admission webhook "([^"]+)" denied the request: ?(.+)$/s.exec(message);
  return found === null
    ? undefined
    : `A rule of this cluster (${plain(found[1] as string)}) refuses the pod: ${plain(found[2] as string)}`;
}
