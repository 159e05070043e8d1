"""What happens, when and where: one tree of events; publish, move, postpone, cancel, hold."""
