"""What was done of the plan: the figures of each task and the events behind them."""
