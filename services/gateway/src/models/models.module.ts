import { Module } from '@nestjs/common';
import { ModelRegistry } from './model-registry.service';
import { ModelUploadService } from './model-upload.service';
import { ModelsController } from './models.controller';
import { RegisterService } from './register.service';
import { VersionsController } from './versions.controller';

/** The admin API of the model registry. */
@Module({
  controllers: [ModelsController, VersionsController],
  providers: [ModelRegistry, ModelUploadService, RegisterService],
})
export class ModelsAdminModule {}
