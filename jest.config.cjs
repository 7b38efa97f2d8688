const swc = [
  '@swc/jest',
  {
    swcrc: false,
    module: { type: 'commonjs' },
    sourceMaps: 'inline',
    jsc: {
      target: 'es2022',
      keepClassNames: true,
      parser: { syntax: 'typescript', decorators: true, dynamicImport: true },
      transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
    },
  },
];

const common = {
  rootDir: __dirname,
  testEnvironment: '<rootDir>/test/support/lone-environment.cjs',
  transform: { '^.+\\.ts$': swc },
  moduleFileExtensions: ['ts', 'js', 'mjs', 'cjs', 'json', 'node'],
  moduleNameMapper: { '^@propago/([a-z0-9-]+)$': '<rootDir>/libs/$1/src' },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.propago/', '<rootDir>/out/'],
};

/** Of specs that use a whole platform. */
const platform = {
  ...common,
  testEnvironment: '<rootDir>/test/support/e2e-environment.cjs',
  globalSetup: '<rootDir>/test/support/shared-stacks-setup.cjs',
  globalTeardown: '<rootDir>/test/support/shared-stacks-teardown.cjs',
};

// unit: no server; medium: real Postgres, Redis and NATS in this process; e2e: the services as real processes;
// long: what is too slow for every change, run by npm run test:long.
module.exports = {
  // A busy machine is no failure: what takes longer than this hangs.
  testTimeout: 120_000,
  testSequencer: '<rootDir>/test/support/sequencer.cjs',
  reporters: ['default', '<rootDir>/test/support/slowest-tests.cjs'],
  projects: [
    { ...common, displayName: 'unit', testMatch: ['<rootDir>/{services,libs,cli,test}/**/*.spec.ts'] },
    { ...common, displayName: 'medium', testMatch: ['<rootDir>/{services,libs,cli,test}/**/*.medium-spec.ts'] },
    { ...platform, displayName: 'e2e', testMatch: ['<rootDir>/test/**/*.e2e-spec.ts'] },
    { ...platform, displayName: 'long', testMatch: ['<rootDir>/{services,libs,cli,test}/**/*.long-spec.ts'] },
  ],
};
