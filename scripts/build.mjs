import { ensureBuild, ensureDependencies, ensureKernel, ensurePrismaClient, main } from './setup.mjs';

await main(async () => {
  await ensureDependencies();
  await ensureKernel();
  await ensurePrismaClient();
  await ensureBuild();
});
