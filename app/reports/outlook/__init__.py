"""Whether a target will be met: the pace asked for, the light, the reason in words."""
