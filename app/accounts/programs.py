"""What somebody calls the program he signed in with, from what the program says of itself."""

from __future__ import annotations

# The first that is found: most programs also name the ones they wish to be taken for.
BROWSERS = (
    ("MicroMessenger", "微信"), ("wxwork", "企业微信"), ("DingTalk", "钉钉"), ("Edg", "Edge"), ("OPR/", "Opera"),
    ("QQBrowser", "QQ 浏览器"), ("360SE", "360 浏览器"), ("MiuiBrowser", "小米浏览器"),
    ("HuaweiBrowser", "华为浏览器"), ("Firefox", "Firefox"), ("FxiOS", "Firefox"), ("CriOS", "Chrome"),
    ("Chrome", "Chrome"), ("Safari", "Safari"))
SYSTEMS = (
    ("HarmonyOS", "鸿蒙"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
    ("Mac OS X", "Mac"), ("Linux", "Linux"))


def named(agent: str) -> str:
    """“Chrome · Windows”, or nothing."""
    found = (next((name for mark, name in table if mark in agent), "") for table in (BROWSERS, SYSTEMS))
    return " · ".join(word for word in found if word)
