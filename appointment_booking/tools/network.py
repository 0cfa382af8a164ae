"""Addresses of the network, as far as they tell one visitor from another. Pure Python."""

from ipaddress import IPv6Address, ip_address, ip_network

# What providers give to one customer: within it a machine takes a new address whenever it likes.
CUSTOMER_BITS = 64


def who_is(address):
    """Return what stands for the network address of a visitor when deeds are counted.

    >>> who_is("192.0.2.7"), who_is("::ffff:192.0.2.7")
    ('192.0.2.7', '192.0.2.7')
    >>> who_is("2001:db8:1:2:3:4:5:6"), who_is("2001:db8:1:2::1"), who_is("2001:db8:1:3::1%eth0")
    ('2001:db8:1:2::/64', '2001:db8:1:2::/64', '2001:db8:1:3::/64')
    >>> who_is("somewhere"), who_is(None)
    ('somewhere', '')
    """
    try:
        found = ip_address((address or "").partition("%")[0])
    except ValueError:
        return address or ""
    if not isinstance(found, IPv6Address):
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(ip_network((found, CUSTOMER_BITS), strict=False))
