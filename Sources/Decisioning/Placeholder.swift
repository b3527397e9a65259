// Firing, policies and tests follow.
