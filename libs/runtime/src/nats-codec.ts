import { Packr } from 'msgpackr';
import { headers, type MsgHdrs } from 'nats';
import { currentTraceparent } from '@propago/tracing';
import type { Deserializer, Serializer } from '@nestjs/microservices';

// Plain msgpack that other languages can read; bytes stay bytes. Nest's own codec is JSON.
const packr = new Packr({ useRecords: false, moreTypes: false });

interface Packet {
  pattern?: unknown;
  data?: unknown;
}

/** Messages carry the trace that they are sent in: Nest's transport does not. */
export class NatsSerializer implements Serializer<Packet> {
  serialize(packet: Packet): { data: Uint8Array; headers?: MsgHdrs } {
    const data = packr.pack(packet);
    const traceparent = currentTraceparent();
    if (!traceparent) return { data };
    const traced = headers();
    traced.set('traceparent', traceparent);
    return { data, headers: traced };
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
