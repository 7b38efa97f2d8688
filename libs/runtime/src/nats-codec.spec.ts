import { NatsDeserializer, NatsSerializer } from './nats-codec';

describe('NATS codec', () => {
  it('keeps bytes, big numbers and missing values', () => {
    const packet = { pattern: 'a', data: { bytes: Buffer.from([0, 255]), big: 2 ** 40, nothing: null } };
    const { data } = new NatsSerializer().serialize(packet);
    expect(new NatsDeserializer().deserialize(data)).toEqual(packet);
  });

  it('takes a message that is not msgpack for an empty one', () => {
    expect(new NatsDeserializer().deserialize(Buffer.from([0xc1, 1, 2, 3]))).toEqual({});
  });
});
