/** The cluster room's door: everything behind it is loaded when a cluster is first asked for. */
export { cancel } from './cancel';
export { listed, takeAway, unended } from './listing';
export { connect } from './connect';
export { contextsOf, placesOf } from './places';
export { KubernetesTarget } from './target';
export { mergeTarget } from './profile/merge';
export { chooseProfile, findProfiles, loadProfiles } from './profile/read';
export { readState, requireUnfailed } from './state';
export { manifestsOf, packInputs } from './prepare';
export { pushFiles } from './supply/git';
