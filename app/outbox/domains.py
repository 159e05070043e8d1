"""Whose mailboxes an address belongs to: a slow house must not hold up the others."""

from __future__ import annotations

OTHER = "other"
_HOUSES = {
    "qq": ("qq.com", "vip.qq.com", "foxmail.com"),
    "netease": ("163.com", "126.com", "yeah.net", "vip.163.com", "vip.126.com", "188.com"),
    "gmail": ("gmail.com", "googlemail.com"),
    "outlook": ("outlook.com", "outlook.cn", "hotmail.com", "live.com", "live.cn", "msn.com"),
}
HOUSE_OF = {domain: house for house, domains in _HOUSES.items() for domain in domains}
GROUPS = (*_HOUSES, OTHER)


def group_of(address: str) -> str:
    """One of `GROUPS`."""
    return HOUSE_OF.get(address.rpartition("@")[2].casefold(), OTHER)
