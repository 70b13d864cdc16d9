/** Cells for every rule of the catalogue: where it is right, and where something only looks as if it were. */
import { BOOSTING } from './boosting';
import type { RuleCells } from './cells';
import { ENVIRONMENT } from './environment';
import { FRAMEWORKS } from './frameworks';
import { GPU } from './gpu';
import { HUGGINGFACE } from './huggingface';
import { JAX } from './jax';
import { NUMPY } from './numpy';
import { ORDERS } from './orders';
import { PANDAS } from './pandas';
import { PARALLEL } from './parallel';
import { PYTHON } from './python';
import { SCIPY } from './scipy';
import { SEEDS } from './seeds';
import { SKLEARN } from './sklearn';
import { TENSORFLOW } from './tensorflow';
import { TORCH } from './torch';

export const BY_RULE: RuleCells = {
  ...PYTHON,
  ...ORDERS,
  ...PARALLEL,
  ...SEEDS,
  ...NUMPY,
  ...PANDAS,
  ...SKLEARN,
  ...SCIPY,
  ...TENSORFLOW,
  ...TORCH,
  ...JAX,
  ...GPU,
  ...BOOSTING,
  ...HUGGINGFACE,
  ...FRAMEWORKS,
  ...ENVIRONMENT,
};
