import { it } from 'vitest';
import { lintMutations } from '../unit/lint/mutations';

it('survives 10,000 cells that were mutated', () => lintMutations(10_000));
