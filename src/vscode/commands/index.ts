import type { Command } from '../editor';
import { addToPin } from './addToPin';
import { compareEnvironments } from './compareEnvironments';
import { connectServer } from './connectServer';
import { declareVolatile } from './declareVolatile';
import { fixAll } from './fixAll';
import { installCommand } from './installCommand';
import { installKernelspec } from './installKernelspec';
import { openRecord } from './openRecord';
import { pinEnvironment } from './pin';
import { replayHere } from './replayHere';
import { restart } from './restart';
import { restoreEnvironment } from './restore';
import { runAll } from './runAll';
import { sealResult } from './seal';
import { selectInterpreter } from './selectInterpreter';
import { selectPolicy } from './selectPolicy';
import { setSeed } from './setSeed';
import { showEnvironment } from './showEnvironment';
import { showLog } from './showLog';
import { showRandomness } from './showRandomness';
import { showReport } from './showReport';
import { useKernel } from './useKernel';
import { verify } from './verify';

/** Every command that `package.json` contributes. */
export const commands: readonly Command[] = [
  addToPin,
  compareEnvironments,
  connectServer,
  declareVolatile,
  fixAll,
  installCommand,
  installKernelspec,
  openRecord,
  pinEnvironment,
  replayHere,
  restart,
  restoreEnvironment,
  runAll,
  sealResult,
  selectInterpreter,
  selectPolicy,
  setSeed,
  showEnvironment,
  showLog,
  showRandomness,
  showReport,
  useKernel,
  verify,
];
