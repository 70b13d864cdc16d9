/** Loaded by who asks for a cluster; everybody else's command starts without it. */
export function loadCluster() {
  return import(/* webpackChunkName: "cluster" */ '../../cluster');
}
