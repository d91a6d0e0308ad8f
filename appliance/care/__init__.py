"""Care of an installed box: how it is, what it says, what is wrong with it."""
