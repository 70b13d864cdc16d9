// Written by scripts/command-ids.mjs from package.json.
export const COMMAND_IDS = [
  'reprise.addToPin',
  'reprise.compareEnvironments',
  'reprise.connectServer',
  'reprise.declareVolatile',
  'reprise.fixAll',
  'reprise.installCommand',
  'reprise.installKernelspec',
  'reprise.openRecord',
  'reprise.pin',
  'reprise.replayHere',
  'reprise.restart',
  'reprise.restore',
  'reprise.runAll',
  'reprise.seal',
  'reprise.selectInterpreter',
  'reprise.selectPolicy',
  'reprise.setSeed',
  'reprise.showEnvironment',
  'reprise.showLog',
  'reprise.showRandomness',
  'reprise.showReport',
  'reprise.useKernel',
  'reprise.verify',
] as const;

export type CommandId = (typeof COMMAND_IDS)[number];
