"""Statistics: what data looked like, whether it changed, how good answers are. Pure: no clock, no settings, no I/O."""
