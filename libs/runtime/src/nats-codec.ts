import { Packr } from 'msgpackr';
import type { Deserializer, Serializer } from '@nestjs/microservices';

// Plain msgpack that other languages can read; bytes stay bytes. Nest's own codec is JSON.
const packr = new Packr({ useRecords: false, moreTypes: false });

interface Packet {
  pattern?: unknown;
  data?: unknown;
}

export class NatsSerializer implements Serializer<Packet> {
  serialize(packet: Packet) {
    return { data: packr.pack(packet) };
  }
}

export class NatsDeserializer implements Deserializer<Uint8Array, Packet> {
  deserialize(bytes: Uint8Array): Packet {
    try {
      return packr.unpack(bytes) as Packet;
    } catch {
      // An exception here would end the process: one bad message must not be an outage.
      return {};
    }
  }
}
