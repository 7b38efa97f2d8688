import { Controller, Get, Post } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { Public, RequireScope } from './require-scope';
import { accessOfRoutes } from './route-access';

@Controller('v1/things')
@RequireScope('runs:read')
class Things {
  @Get()
  list() {}

  @Post(':id/change')
  @RequireScope('runs:write')
  change() {}

  @Get('open')
  @Public()
  open() {}

  @EventPattern('things.changed')
  changed() {}

  helper() {}
}

@Controller('v1/forgotten')
class Forgotten {
  @Get('one')
  one() {}
}

@Controller('v1/things')
class WrongPlace {
  @Get('admin')
  @RequireScope('admin')
  admin() {}
}

@Controller('v1/admin/things')
@RequireScope('runs:read')
class TooOpen {
  @Get()
  list() {}
}

@Controller('v1/administrators')
@RequireScope('runs:read')
class LooksAlike {
  @Get()
  list() {}
}

describe('the access of routes', () => {
  it('is what the route says, else what its controller says', () => {
    expect(Object.fromEntries(accessOfRoutes([Things]))).toEqual({
      list: 'runs:read',
      change: 'runs:write',
      open: 'public',
    });
  });

  it('must be declared, and every route that is not is named', () => {
    expect(() => accessOfRoutes([Things, Forgotten, WrongPlace])).toThrow(
      /one \(\/v1\/forgotten\/one\)[^]*admin \(\/v1\/things\/admin\)/,
    );
  });

  it.each([WrongPlace, TooOpen])('puts admin routes below /v1/admin and no others: %p', (controller) => {
    expect(() => accessOfRoutes([controller])).toThrow('go together');
  });

  it('is by names that no two routes have', () => {
    expect(() => accessOfRoutes([Things, LooksAlike])).toThrow('list (/v1/administrators) is the name of another');
  });

  it('takes whole folders of a path', () => {
    expect(accessOfRoutes([LooksAlike]).get('list')).toBe('runs:read');
  });
});
