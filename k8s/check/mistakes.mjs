// Objects that the check must refuse: one that accepts them checks nothing.

export const UNKNOWN_FIELD = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'unknown-field', namespace: 'propago' },
  spec: { ports: [{ port: 80 }], selectors: { a: 'b' } },
};

export const PRIVILEGED = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'privileged', namespace: 'propago' },
  spec: { containers: [{ name: 'a', image: 'a:1', securityContext: { privileged: true } }] },
};
