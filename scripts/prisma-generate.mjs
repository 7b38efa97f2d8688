import { ensureDependencies, ensurePrismaClient, main } from './setup.mjs';

await main(async () => {
  await ensureDependencies();
  await ensurePrismaClient();
});
