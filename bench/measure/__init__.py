"""What bench/run measures: direct to the agent, through nginx and through operatord, alternating in one run."""
