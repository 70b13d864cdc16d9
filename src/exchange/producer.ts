/** How an export names the program that made it. */
import manifest from '../../package.json';

export const REPRISE = `Reprise ${manifest.version}`;

export const VERSION = manifest.version;

export const PRODUCER = `urn:reprise:${manifest.version}`;
