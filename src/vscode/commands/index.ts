import type { Command } from '../editor';
import { addToPin } from './addToPin';
import { attach } from './attach';
import { cancelRun } from './cancelRun';
import { compareEnvironments } from './compareEnvironments';
import { connectServer } from './connectServer';
import { copyRunId } from './copyRunId';
import { declareVolatile } from './declareVolatile';
import { deleteRun } from './deleteRun';
import { exportRun } from './exportRun';
import { fixAll } from './fixAll';
import { installCommand } from './installCommand';
import { installKernelspec } from './installKernelspec';
import { openClusterReport } from './openClusterReport';
import { openRecord } from './openRecord';
import { pinEnvironment } from './pin';
import { replayHere } from './replayHere';
import { replayOnKubernetes } from './replayOnKubernetes';
import { restart } from './restart';
import { restoreEnvironment } from './restore';
import { runAll } from './runAll';
import { runOnKubernetes } from './runOnKubernetes';
import { runStale } from './runStale';
import { runUpstream } from './runUpstream';
import { sealResult } from './seal';
import { selectInterpreter } from './selectInterpreter';
import { selectPolicy } from './selectPolicy';
import { setSeed } from './setSeed';
import { showDownstream } from './showDownstream';
import { showEnvironment } from './showEnvironment';
import { showLineage } from './showLineage';
import { showLog } from './showLog';
import { showRandomness } from './showRandomness';
import { showReport } from './showReport';
import { showRole } from './showRole';
import { showRunEvents } from './showRunEvents';
import { showUpstream } from './showUpstream';
import { signingKey } from './signingKey';
import { useKernel } from './useKernel';
import { verify } from './verify';

/** Every command that `package.json` contributes. */
export const commands: readonly Command[] = [
  addToPin,
  attach,
  cancelRun,
  compareEnvironments,
  connectServer,
  copyRunId,
  declareVolatile,
  deleteRun,
  exportRun,
  fixAll,
  installCommand,
  installKernelspec,
  openClusterReport,
  openRecord,
  pinEnvironment,
  replayHere,
  replayOnKubernetes,
  restart,
  restoreEnvironment,
  runAll,
  runOnKubernetes,
  runStale,
  runUpstream,
  sealResult,
  selectInterpreter,
  selectPolicy,
  setSeed,
  showDownstream,
  showEnvironment,
  showLineage,
  showLog,
  showRandomness,
  showReport,
  showRole,
  showRunEvents,
  showUpstream,
  signingKey,
  useKernel,
  verify,
];
