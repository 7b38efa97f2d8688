import { SetMetadata } from '@nestjs/common';
import type { Scope } from './caller';

/** Metadata key: a Scope, or 'public'. */
export const ACCESS = 'propago:access';

/**
 * Which scope a controller's routes need, or one route; that of the route counts. A route without any makes the gateway
 * refuse to start. Routes with the scope `admin` lie below /v1/admin, and no others do.
 */
export const RequireScope = (scope: Scope) => SetMetadata(ACCESS, scope);

/** For routes that tell nobody anything about runs or models. */
export const Public = () => SetMetadata(ACCESS, 'public');
