/** The cluster that the tests run on, as its administrator sees it, and what can be done to it. */
import { execFile } from 'node:child_process';
import { request } from 'node:https';
import path from 'node:path';
import { promisify } from 'node:util';
import { BatchV1Api, CoreV1Api, KubeConfig, RbacAuthorizationV1Api } from '@kubernetes/client-node';
import { type TestContext } from 'vitest';
import { optional } from '../../optional';

const root = path.resolve(import.meta.dirname, '../../..');

export const admin = connect(named('REPRISE_TEST_KUBECONFIG'));

/** By digest: Debian's Python 3.11 with the packages of the environment `demo-311`. */
export const image = named('REPRISE_TEST_IMAGE');

/** The same with one library, scikit-learn, in another version. */
export function imageOther(context: TestContext): string {
  return process.env.REPRISE_TEST_IMAGE_OTHER ?? optional(context, 'REPRISE_TEST_IMAGE_OTHER names no image');
}

/** Python with nothing but pip. */
export function imageBare(context: TestContext): string {
  return process.env.REPRISE_TEST_IMAGE_BARE ?? optional(context, 'REPRISE_TEST_IMAGE_BARE names no image');
}

/** The first with git. */
export function imageGit(context: TestContext): string {
  return process.env.REPRISE_TEST_IMAGE_GIT ?? optional(context, 'REPRISE_TEST_IMAGE_GIT names no image');
}

/** Node and tslab beside the first, and the folder on this machine that has the same packages. */
export function nodeImage(context: TestContext): { image: string; project: string } {
  const { REPRISE_TEST_IMAGE_NODE: image, REPRISE_TEST_NODE_PROJECT: project } = process.env;
  if (image !== undefined && project !== undefined) return { image, project };
  return optional(context, 'REPRISE_TEST_IMAGE_NODE and REPRISE_TEST_NODE_PROJECT name no image with Node');
}

/** An address of this machine that pods reach. */
export function nodeAddress(context: TestContext): string {
  return (
    process.env.REPRISE_TEST_NODE_IP ??
    optional(context, 'pods of a cluster elsewhere do not reach this machine')
  );
}

export interface Connection {
  config: KubeConfig;
  core: CoreV1Api;
  batch: BatchV1Api;
  rbac: RbacAuthorizationV1Api;
}

/** @param kubeconfig path of the file; its current context is used. */
export function connect(kubeconfig: string): Connection {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  return {
    config,
    core: config.makeApiClient(CoreV1Api),
    batch: config.makeApiClient(BatchV1Api),
    rbac: config.makeApiClient(RbacAuthorizationV1Api),
  };
}

/** What breaks, mends and stretches the cluster. */
export interface Controls {
  /** As a crash would. */
  killApiServer: () => Promise<void>;
  /** Resolves when it is ready. */
  startApiServer: () => Promise<void>;
  /** SIGTERM and a new process, as an upgrade does it. */
  restart: (name: 'kubelet' | 'containerd') => Promise<void>;
  /** Lets the node say that it has so many H100s. At first it has one. */
  setGpus: (count: number) => Promise<void>;
}

/** Skips the test where the cluster is not one that was made here for tests. */
export function controls(context: TestContext): Controls {
  if (process.env.REPRISE_TEST_CLUSTER_OWN === undefined)
    optional(context, 'it breaks the cluster it runs on');
  return {
    killApiServer: () => control('api-kill'),
    startApiServer: () => control('api-start'),
    restart: (name) => control('restart', name),
    setGpus: (count) => control('gpus', String(count)),
  };
}

async function control(...args: string[]): Promise<void> {
  await promisify(execFile)(process.execPath, ['scripts/cluster.mjs', ...args], { cwd: root });
}

export interface Answer {
  status: number;
  /** Texts of the `Warning` headers, which the typed client does not show. */
  warnings: string[];
  body: string;
}

/** A request without the typed client. @param where path and query below the server's address. */
export async function send(
  { config }: Connection,
  method: string,
  where: string,
  body?: { type?: string; text: string },
): Promise<Answer> {
  const options = { method, headers: { 'Content-Type': body?.type ?? 'application/json' } };
  await config.applyToHTTPSOptions(options);
  const server = config.getCurrentCluster()?.server ?? '';
  return new Promise((resolve, reject) => {
    const sent = request(new URL(server + where), options, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('error', reject);
      response.on('end', () => {
        const warnings = warningsIn(response.headers.warning ?? '');
        resolve({ status: response.statusCode ?? 0, warnings, body: text });
      });
    });
    sent.on('error', reject);
    sent.end(body?.text);
  });
}

/** `299 - "text", 299 - "text"`, with backslashes before quotes in a text. */
function warningsIn(header: string): string[] {
  const texts = header.matchAll(/"((?:[^"\\]|\\.)*)"/g);
  return [...texts].map(([, text = '']) => text.replace(/\\(.)/g, '$1'));
}

function named(variable: string): string {
  const value = process.env[variable];
  if (!value)
    throw new Error(`${variable} is not set; a cluster that is named needs an image that is named.`);
  return value;
}
