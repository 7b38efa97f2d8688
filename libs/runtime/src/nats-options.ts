import type { NatsOptions } from '@nestjs/microservices';
import { NatsDeserializer, NatsSerializer } from './nats-codec';

/** One way to speak NATS for clients and servers: msgpack, and reconnecting without end. */
export function natsOptions(url: string): NonNullable<NatsOptions['options']> {
  return {
    servers: [url],
    serializer: new NatsSerializer(),
    deserializer: new NatsDeserializer(),
    reconnect: true,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 500,
    waitOnFirstConnect: true,
  };
}
