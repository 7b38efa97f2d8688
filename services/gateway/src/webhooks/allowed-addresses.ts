import { lookup, type LookupAddress, type LookupOptions } from 'node:dns';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { CodedError } from '@propago/contracts';

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Network = [Address, number];
type Answer = (error: Error | null, found: LookupAddress[] | string, family?: number) => void;

/** All that has been given out for the Internet; the rest of IPv6 is for special purposes, or for nothing yet. */
const GLOBAL_IPV6: Network = ipaddr.parseCIDR('2000::/3');

/**
 * Which addresses a request may go to that users of the platform have named: public ones over TLS, and those of networks
 * that the operator allows. Everything else could be a service that trusts its network, such as a cloud's metadata.
 */
export class AllowedAddresses {
  private readonly networks: Network[];

  /** @param networks by CIDR, separated by commas @throws Error for what is none */
  constructor(networks: string) {
    this.networks = networks === '' ? [] : networks.split(',').map((network) => ipaddr.parseCIDR(network));
  }

  /** @throws CodedError WEBHOOK_URL_FORBIDDEN for what can be told from the address alone: names are looked up at each request */
  assertUrl(url: URL): void {
    if (url.username || url.password) throw forbidden('Expected an address without a user name and a password.');
    const isTls = url.protocol === 'https:';
    const literal = literalOf(url);
    if (literal === undefined ? isTls || this.networks.length > 0 : this.allows(literal, isTls)) return;
    throw forbidden(isTls ? 'The address is not a public one.' : 'Expected https.');
  }

  /** @param address IPv4 or IPv6; one that holds an IPv4 address is taken for that */
  allows(address: string, isTls: boolean): boolean {
    if (!ipaddr.isValid(address)) return false;
    const parsed = ipaddr.process(address);
    if (this.networks.some((network) => isIn(parsed, network))) return true;
    const isPublic = parsed.range() === 'unicast' && (parsed.kind() === 'ipv4' || isIn(parsed, GLOBAL_IPV6));
    return isPublic && isTls;
  }

  /**
   * In the place of `dns.lookup` of a connection: gives the allowed addresses of a name only, so that what is checked is
   * what is connected to, whatever the name means a moment later.
   */
  lookup(isTls: boolean) {
    return (hostname: string, options: LookupOptions, answer: Answer): void => {
      lookup(hostname, { ...options, all: true }, (error, found) => {
        if (error) return answer(error, []);
        const allowed = found.filter(({ address }) => this.allows(address, isTls));
        const [first] = allowed;
        // What a name means inside is nobody's business.
        if (!first) return answer(forbidden('The address is not a public one.'), []);
        if (options.all) answer(null, allowed);
        else answer(null, first.address, first.family);
      });
    };
  }
}

/** The IP address that stands in a URL itself; undefined where that has a name. */
function literalOf({ hostname }: URL): string | undefined {
  const bare = hostname.replace(/^\[|\]$/g, '');
  return isIP(bare) ? bare : undefined;
}

function isIn(address: Address, [network, bits]: Network): boolean {
  return address.kind() === network.kind() && address.match(network, bits);
}

function forbidden(detail: string): CodedError {
  return new CodedError('WEBHOOK_URL_FORBIDDEN', detail);
}
