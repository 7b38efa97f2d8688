import { Body, Controller, Get, Module, Param, Post, Put } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { CodedError } from '@propago/contracts';
import { AlsoTakesBytes, FILE_TYPES } from './open-api/bodies';
import { RequestEdgeInterceptor } from './request-edge.interceptor';

@Controller()
class Routes {
  @Post('json')
  json(@Body() body: unknown) {
    return { body };
  }

  @Put('bytes')
  @AlsoTakesBytes()
  bytes(@Body() body: unknown) {
    return { bytes: Buffer.isBuffer(body) };
  }

  @Get('ids/:id')
  byId(@Param('id') id: string) {
    return { id };
  }

  @Get('nothing')
  nothing() {
    return {};
  }
}

@Module({ controllers: [Routes] })
class Routing {}

describe('the type of a body', () => {
  let app: NestFastifyApplication;

  beforeAll(async () => {
    app = await NestFactory.create<NestFastifyApplication>(Routing, new FastifyAdapter(), { logger: false });
    app.useGlobalInterceptors(new RequestEdgeInterceptor());
    app.useGlobalFilters({
      catch: (error: unknown, host) => {
        const { code, message } = error as CodedError;
        void host.switchToHttp().getResponse().status(400).send({ code, message });
      },
    });
    const fastify = app.getHttpAdapter().getInstance();
    const types = FILE_TYPES;
    fastify.addContentTypeParser(types, { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    fastify.addContentTypeParser('multipart/form-data', (_request, _body, done) => done(null));
    await app.init();
    await fastify.ready();
  });
  afterAll(() => app?.close());

  const answerTo = async (method: 'GET' | 'POST' | 'PUT', url: string, type: string, payload: string) =>
    (await app.inject({ method, url, headers: { 'content-type': type }, payload })).json() as Record<string, unknown>;

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'image/png', 'multipart/form-data; boundary=x'])(
    'is refused where a handler parses JSON: %s',
    async (type) => {
      const said = await answerTo('POST', '/json', type, 'name=x');
      expect(said.code).toBe('MEDIA_TYPE_UNSUPPORTED');
      expect(said.message).toContain('Expected the content type application/json, not ');
    },
  );

  it('says where curl named it by itself', async () => {
    const { code, message } = await answerTo('PUT', '/bytes', 'application/x-www-form-urlencoded', 'x');
    expect(code).toBe('MEDIA_TYPE_UNSUPPORTED');
    expect(message).toBe(
      'Expected the content type application/json or image/png or text/csv or application/xml or ' +
        'application/octet-stream, not application/x-www-form-urlencoded, which curl says unless it is told otherwise by -H.',
    );
  });

  it('is taken where the route says so', async () => {
    expect(await answerTo('POST', '/json', 'application/json; charset=utf-8', '{"a":1}')).toEqual({ body: { a: 1 } });
    expect(await answerTo('PUT', '/bytes', 'image/png', 'x')).toEqual({ bytes: true });
    expect(await answerTo('PUT', '/bytes', 'application/octet-stream', 'x')).toEqual({ bytes: true });
    expect(await answerTo('GET', '/nothing', 'text/plain', '')).toEqual({});
  });

  it('leaves an id whose hexadecimal digits are capital letters the id that it is, and names as they are', async () => {
    const id = '0B7C2F62-6D1E-4C7A-9E59-0A3B1C2D4E5F';
    expect(await answerTo('GET', `/ids/${id}`, '', '')).toEqual({ id: id.toLowerCase() });
    expect(await answerTo('GET', '/ids/Mine', '', '')).toEqual({ id: 'Mine' });
  });
});
