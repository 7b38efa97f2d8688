import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { ANYBODY, setCaller } from './caller';

/** Finds out who sent a request. */
@Injectable()
export class AccessGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    if (context.getType() === 'http') setCaller(context.switchToHttp().getRequest<object>(), ANYBODY);
    return true;
  }
}
