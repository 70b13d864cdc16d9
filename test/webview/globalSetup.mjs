/** Once for all tests of the pages: the browser they are opened in. */
import { ensureChromium } from '../../scripts/editor/install.mjs';

export default async function setup(project) {
  project.provide('chromium', await ensureChromium());
}
