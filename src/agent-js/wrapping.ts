/** What stands in the place of a function of somebody else's, and must pass for it. */
import { promisify } from 'node:util';

/**
 * `hook` around a function, with the name, length and own properties of that function. `util.promisify` asks a function for
 * a promising form of its own (without that of `exec` a promise gives a text instead of `{ stdout, stderr }`): it is hooked too.
 */
export function wrapped<Called extends (...args: never[]) => unknown>(
  original: Called,
  hook: (original: Called) => Called,
): Called {
  const outer = hook(original);
  for (const key of Reflect.ownKeys(original)) {
    // Each function made by `function` has one for good, and none of those wrapped here is a constructor.
    if (key === 'prototype') continue;
    const property = Object.getOwnPropertyDescriptor(original, key)!;
    if (key === promisify.custom) property.value = promising(property.value as Called);
    Object.defineProperty(outer, key, property);
  }
  return outer;

  // A promising form that has been asked for once names itself as its own.
  function promising(form: Called): Called {
    return form === original ? outer : wrapped(form, hook);
  }
}
