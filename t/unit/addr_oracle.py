#!/usr/bin/env python3
"""The address policy in C against Python's ipaddress, in TAP.

The lists are those of the IANA special-purpose registries (RFC 6890 and its
updates) and of IPv6 global unicast, written with CIDR names and judged by
another implementation; they share no code with src/core/ngx_uptime_addr.c.
"""

import ipaddress
import os
import random
import subprocess
import sys

REFUSED4 = """
0.0.0.0/8           RFC 1122 this network
10.0.0.0/8          RFC 1918
100.64.0.0/10       RFC 6598
127.0.0.0/8         RFC 1122 loopback
168.63.129.16/32    Azure platform address
169.254.0.0/16      RFC 3927
172.16.0.0/12       RFC 1918
192.0.0.0/24        RFC 6890
192.0.2.0/24        RFC 5737
192.31.196.0/24     RFC 7535
192.52.193.0/24     RFC 7450
192.88.99.0/24      RFC 7526
192.168.0.0/16      RFC 1918
192.175.48.0/24     RFC 7534
198.18.0.0/15       RFC 2544
198.51.100.0/24     RFC 5737
203.0.113.0/24      RFC 5737
224.0.0.0/4         RFC 5771
240.0.0.0/4         RFC 1112
255.255.255.255/32  RFC 919
"""

GLOBAL6 = ipaddress.ip_network("2000::/3")

REFUSED6 = """
2001::/23           RFC 2928
2001:db8::/32       RFC 3849
2002::/16           RFC 3056
2620:4f:8000::/48   RFC 7534
3ffe::/16           RFC 3701
3fff::/20           RFC 9637
"""

# refused without being listed; here for their boundaries
OUTSIDE6 = """
::/128 ::1/128 ::/96 ::ffff:0:0/96 ::ffff:0:0:0/96 64:ff9b::/96
64:ff9b:1::/48 100::/64 100:0:0:1::/64 5f00::/16 fc00::/7 fe80::/10
fec0::/10 ff00::/8
""".split()

# UPTIME_ORACLE=1000000 for the long form
RANDOM = int(os.environ.get("UPTIME_ORACLE", "150000"))


def networks(table):
    return [ipaddress.ip_network(line.split()[0])
            for line in table.strip().splitlines()]


def boundaries(nets):
    for net in nets:
        first, last = int(net[0]), int(net[-1])
        cls = type(net[0])
        top = 2 ** net.max_prefixlen - 1
        for value in (first, first + 1, (first + last) // 2, last - 1, last,
                      first - 1, last + 1):
            if 0 <= value <= top:
                yield cls(value)


def main():
    refused4, refused6 = networks(REFUSED4), networks(REFUSED6)
    outside6 = [ipaddress.ip_network(net) for net in OUTSIDE6]
    seed = int(os.environ.get("SEED") or random.randrange(2 ** 32))
    rng = random.Random(seed)

    def public(addr):
        if addr.version == 4:
            return not any(addr in net for net in refused4)
        return addr in GLOBAL6 and not any(addr in net for net in refused6)

    addrs = list(boundaries(refused4 + refused6 + outside6 + [GLOBAL6]))
    edges = len(addrs)

    for _ in range(RANDOM):
        kind = rng.randrange(4)
        if kind == 0:
            addrs.append(ipaddress.IPv4Address(rng.getrandbits(32)))
        elif kind == 1:
            addrs.append(ipaddress.IPv6Address(rng.getrandbits(128)))
        else:
            # near or in a special range, where mistakes live
            net = rng.choice(refused4 + refused6 + outside6 + [GLOBAL6])
            size = net.max_prefixlen
            value = int(net[0]) | rng.getrandbits(size - net.prefixlen or 1)
            if kind == 3:
                value ^= 1 << (size - 1 - rng.randrange(net.prefixlen))
            addrs.append(type(net[0])(value))

    for v4 in boundaries(refused4):
        for prefix in ("::", "::ffff:", "64:ff9b::", "::ffff:0:"):
            addrs.append(ipaddress.IPv6Address(prefix + str(v4)))

    unit = os.environ.get("UPTIME_UNIT", ".")
    answer = subprocess.run([os.path.join(unit, "addr_filter")], check=True,
                            input="".join(f"{a}\n" for a in addrs),
                            capture_output=True, text=True).stdout.split()

    wrong = [f"{a}: got {got}, want {int(public(a))}"
             for a, got in zip(addrs, answer) if got != str(int(public(a)))]
    count = sum(answer_ == "1" for answer_ in answer)

    results = [
        (len(answer) == len(addrs), f"an answer for {len(addrs)} addresses"),
        (not wrong, f"as ipaddress says, {edges} boundaries, seed {seed}"),
        (1000 < count < len(addrs) - 1000, "both verdicts are frequent"),
    ]

    for line in wrong[:20]:
        print(f"# {line}")
    for number, (good, name) in enumerate(results, 1):
        print(f"{'' if good else 'not '}ok {number} - {name}")
    print(f"1..{len(results)}")

    return not all(good for good, _ in results)


if __name__ == "__main__":
    sys.exit(main())
