/** Classes of the notebook and what is made of them. */
import { UNKNOWN, type ArgumentValue, type ClassValue, type FunctionValue, type Value } from './values';

type Instance = Extract<Value, { kind: 'instance' }>;

/** The library's class that a class of the notebook extends; its own name where it extends none. */
export function baseOf({ bases, name }: Pick<ClassValue, 'bases' | 'name'>): string {
  for (const base of bases) {
    if (base.kind === 'api') return base.path;
    if (base.kind === 'class') return baseOf(base);
  }
  return `<notebook>.${name}`;
}

/** A member of a class or of one that it extends. */
export function memberOf(made: ClassValue, name: string): Value | undefined {
  const own = made.members.own(name);
  if (own) return own;
  for (const base of made.bases) {
    const found = base.kind === 'class' ? memberOf(base, name) : undefined;
    if (found) return found;
  }
  return undefined;
}

/** What the notebook itself has put there; undefined where only the library can know. */
export function attributeOf(owner: Instance, name: string): Value | undefined {
  const attribute = owner.attributes?.get(name);
  if (attribute) return unlessNone(attribute);
  const member = owner.of && memberOf(owner.of, name);
  return member && (member.kind === 'function' ? bound(member, owner) : unlessNone(member));
}

export function classAttribute(made: ClassValue, name: string): Value {
  const member = memberOf(made, name);
  if (member?.kind !== 'function') return member ? unlessNone(member) : UNKNOWN;
  return decorated(member, 'classmethod') ? { ...member, self: made } : member;
}

function bound(method: FunctionValue, owner: Instance): Value {
  if (decorated(method, 'staticmethod')) return method;
  if (decorated(method, 'property') || decorated(method, 'cached_property')) return UNKNOWN;
  return { ...method, self: decorated(method, 'classmethod') ? (owner.of ?? owner) : owner };
}

export function decorated({ definition }: FunctionValue, by: string): boolean {
  if (definition.type === 'lambda') return false;
  return definition.decorators.some((decorator) => {
    return (decorator.type === 'name' || decorator.type === 'attribute') && decorator.name === by;
  });
}

/** A member that is None at first is for others to give. */
function unlessNone(value: Value): Value {
  return value.kind === 'constant' && value.value === null ? UNKNOWN : value;
}

/** A new instance, with the fields that its maker named, as dataclasses take them. */
export function instanceOf(made: ClassValue, args: readonly ArgumentValue[]): Instance {
  const attributes = new Map<string, Value>();
  if (memberOf(made, '__init__') === undefined) {
    const isSpread = args.some(({ name }) => name === undefined);
    if (isSpread) for (const name of made.members.constants()) attributes.set(name, UNKNOWN);
    for (const { name, value } of args) if (name !== undefined) attributes.set(name, value);
  }
  return { kind: 'instance', path: baseOf(made), of: made, attributes };
}
