/** Which part may import which. Each rule says why. */
module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      comment: 'A cycle means that two files are one thing, or that one of them is in the wrong place.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'services-are-separate',
      severity: 'error',
      comment: 'Services meet in Postgres, blobs, queues and NATS only; what two of them need is a lib.',
      from: { path: '^services/([^/]+)/' },
      to: { path: '^services/', pathNot: '^services/$1/' },
    },
    {
      name: 'gateway-http-is-below-its-routes',
      severity: 'error',
      comment: 'What several route modules share knows none of them, so that they never lead back to one another.',
      from: { path: '^services/gateway/src/http/' },
      to: { path: '^services/gateway/src/(?!http/)' },
    },
    {
      name: 'libs-know-no-service',
      severity: 'error',
      comment: 'Libs are used by services and the command line, never the other way round.',
      from: { path: '^libs/' },
      to: { path: '^(services|cli)/' },
    },
    {
      name: 'the-page-knows-the-api-only',
      severity: 'error',
      comment:
        'The page runs in a browser: what it knows of the platform is what the API says. The sample clip is no part of it.',
      from: { path: '^services/web/' },
      to: { path: '^(libs|cli|test|services/(?!web/))', pathNot: '^libs/sample-clip/' },
    },
    {
      name: 'libs-through-their-index',
      severity: 'error',
      comment: 'What a lib does not export from src/index.ts may change without notice.',
      from: { path: '^(services|cli|libs)/([^/]+)/' },
      to: { path: '^libs/([^/]+)/src/', pathNot: '^libs/([^/]+)/src/index\\.ts$|^libs/$2/' },
    },
    {
      name: 'affinity-imports-the-language-only',
      severity: 'error',
      comment: 'The numeric core can be read, tested and replaced without the platform.',
      from: { path: '^libs/affinity/src/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^(libs/(?!affinity/)|services|cli|node_modules)' },
    },
    {
      name: 'contracts-know-no-lib',
      severity: 'error',
      comment: 'Contracts are what every part agrees on; they depend on nothing of the platform.',
      from: { path: '^libs/contracts/' },
      to: { path: '^(libs/(?!contracts/)|services|cli)' },
    },
    {
      name: 'no-nest-in-libs-without-need',
      severity: 'error',
      comment:
        'Only the runtime knows the framework, so that everything else can be used by the command line and tests.',
      from: { path: '^libs/', pathNot: '^libs/runtime/' },
      to: { path: 'node_modules/@nestjs/' },
    },
    {
      name: 'onnxruntime-in-one-place',
      severity: 'error',
      comment: 'Inference blocks its thread: only the encoder lib, which owns worker threads, may call it.',
      from: { pathNot: '^libs/encoder/' },
      to: { path: 'node_modules/onnxruntime-node/' },
    },
    {
      name: 'not-to-test',
      severity: 'error',
      comment: 'Shipped code does not depend on test code.',
      from: {
        path: '^(services|libs|cli)/',
        pathNot: '(\\.(spec|medium-spec|e2e-spec|long-spec)\\.ts$)|/test-support/',
      },
      to: { path: '(\\.(spec|medium-spec|e2e-spec|long-spec)\\.ts$)|/test-support/|^test/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^dist/|libs/database/src/generated/|services/web/src/generated/)' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
  },
};
