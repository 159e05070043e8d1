"""What counts towards a target: events, registers, figures from outside, and where."""
