import { plain } from './observed';

/**
 * Why no node takes the pod, from the scheduler's message: "0/2 nodes are available: 1 Insufficient nvidia.com/gpu, 1 node(s)
 * had untolerated taint {dedicated: ml}. preemption: …".
 */
export function schedulingWords(message: string): string {
  const claim = /persistentvolumeclaim "([^"]+)" not found/.exec(message);
  if (claim)
    return `The volume claim ${claim[1]} is not there: make it in this namespace, or name another in reprise.yaml (volumes).`;
  const found = /^0\/(\d+) nodes are available: (.*?)\.?(?: preemption: .*| no new claims .*)?$/s.exec(
    message.trim(),
  );
  if (found === null) return `No node takes the pod: ${plain(message)}`;
  const [, total, list] = found as unknown as [string, string, string];
  const reasons = reasonsIn(list);
  const first = reasons.some(({ text }) => /^Insufficient .*(gpu|mig)/i.test(text))
    ? 'No node has a free GPU'
    : 'No node takes the pod';
  const counted = reasons.map(({ count, text }) => `${count} ${inWords(text, count)}`);
  return `${first}: of ${total} ${total === '1' ? 'node' : 'nodes'}, ${listed(counted)}.${adviceOn(reasons)}`;
}

type Reason = { count: number; text: string };

/** Commas part the reasons, and braces hold commas of their own. */
function reasonsIn(list: string): Reason[] {
  return [...list.matchAll(/(\d+) ((?:[^,{]|\{[^}]*\}|,(?! \d+ ))+)/g)].map(([, count, text = '']) => ({
    count: Number(count),
    text: text.trim(),
  }));
}

function inWords(text: string, count: number): string {
  const has = count === 1 ? 'has' : 'have';
  const resource = /^Insufficient (.+)$/.exec(text)?.[1];
  if (resource !== undefined) return `${has} too little free ${resourceName(resource)}`;
  const taint = /untolerated taint(?:\(s\)|s)?(?: \{([^:}]*):? ?([^}]*)\})?/.exec(text);
  if (taint?.[1] !== undefined)
    return `${count === 1 ? 'is' : 'are'} reserved by the taint ${taint[1]}${taint[2] ? `=${taint[2]}` : ''}`;
  if (taint) return `${count === 1 ? 'is' : 'are'} reserved by a taint`;
  if (/node affinity\/selector/.test(text))
    return `${has === 'has' ? 'does' : 'do'} not have the labels asked for (GPU product, nodeSelector)`;
  if (/were unschedulable/.test(text)) return `${count === 1 ? 'is' : 'are'} cordoned`;
  if (/Too many pods/.test(text)) return `${has} no room for another pod`;
  if (/volume/i.test(text)) return `cannot use the volume (${plain(text.replace('node(s) ', ''))})`;
  return plain(text.replace(/^node\(s\) /, ''));
}

function adviceOn(reasons: Reason[]): string {
  const is = (pattern: RegExp) => reasons.some(({ text }) => pattern.test(text));
  if (is(/^Insufficient/)) return ' It starts by itself when there is room.';
  if (is(/taint/))
    return ' Add a toleration to the profile (tolerations, in reprise.yaml), if you may use them.';
  if (is(/selector/))
    return ' It waits until such a node joins; to take another GPU name its product in reprise.yaml (gpu).';
  return '';
}

function resourceName(resource: string): string {
  const names: Record<string, string> = {
    cpu: 'processors',
    'ephemeral-storage': 'disk (ephemeral-storage)',
  };
  return names[resource] ?? resource;
}

function listed(items: string[]): string {
  return items.length < 2
    ? (items[0] ?? 'none fits')
    : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}
