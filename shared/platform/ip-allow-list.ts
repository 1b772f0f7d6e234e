import { BlockList, isIPv4, isIPv6 } from 'node:net';

/** @param allowed Addresses and networks: `203.0.113.7`, `203.0.113.0/24`, `2001:db8::/32`. None permits every address. */
export function ipAllowListCheck(allowed: readonly string[]): (address: string) => boolean {
  if (allowed.length === 0) return () => true;
  const list = new BlockList();
  if (!addAddresses(allowed, list)) throw new Error('The list of allowed sources holds something else.');
  return (address) =>
    (isIPv4(address) && list.check(address, 'ipv4')) || (isIPv6(address) && list.check(address, 'ipv6'));
}

/** Adds addresses and networks to the list; false when one of them is neither. */
export function addAddresses(written: readonly string[], list: BlockList): boolean {
  return written.every((text) => {
    const [address = '', bits, ...more] = text.split('/');
    const family = isIPv4(address) ? 'ipv4' : isIPv6(address) ? 'ipv6' : undefined;
    if (!family || more.length > 0) return false;
    if (bits === undefined) {
      list.addAddress(address, family);
      return true;
    }
    if (!/^\d+$/.test(bits) || Number(bits) > (family === 'ipv4' ? 32 : 128)) return false;
    list.addSubnet(address, Number(bits), family);
    return true;
  });
}
